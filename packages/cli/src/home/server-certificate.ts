import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommandError, EXIT } from "../command-error.ts";

const FILE = "certificate.pem";

/** Lets other commands know the certificate of the server that holds the directory; undefined: it serves without TLS. */
export function keepCertificate(directory: string, certificate: string | undefined): void {
  const file = join(directory, FILE);
  if (certificate === undefined) rmSync(file, { force: true });
  else writeFileSync(file, certificate, { mode: 0o600 });
}

/** The certificate (PEM) that the server at an address shows; undefined for one without TLS. @throws CommandError when it is not there */
export function readCertificate(directory: string, address: string): string | undefined {
  if (!address.startsWith("https:")) return undefined;
  try {
    return readFileSync(join(directory, FILE), "utf8");
  } catch (error) {
    throw new CommandError(
      `cannot read the server's certificate in ${directory}: ${(error as Error).message}`,
      EXIT.failed,
    );
  }
}
