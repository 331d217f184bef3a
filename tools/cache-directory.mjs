import { homedir } from "node:os";
import { join } from "node:path";

/** Where what is slow to make is kept between checkouts: Python environments, built binaries. `QALAM_CACHE` moves it. */
export const cacheDirectory =
  process.env.QALAM_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "qalam");
