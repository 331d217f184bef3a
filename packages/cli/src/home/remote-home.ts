import { CommandError } from "../command-error.ts";
import type { Home } from "./home.ts";

export async function openRemoteHome(_path: string, address: string): Promise<Home> {
  throw new CommandError(`a server at ${address} holds the data directory`);
}
