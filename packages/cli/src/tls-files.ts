import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { CommandError } from "./command-error.ts";

/** A certificate and its key, checked, as PEM texts. */
export interface TlsFiles {
  /** The server's certificate first; certificates only, whatever else stands in the file. */
  readonly cert: string;
  readonly key: string;
}

export interface TlsFlags {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/** How a certificate that suits a laptop is made. */
const RECIPE =
  "for example: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 365 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1";

/** The files of `--tls-cert` and `--tls-key`; undefined when neither is given. @throws CommandError (exit 2) for one alone and for files that cannot serve */
export function readTlsFiles({ tlsCert, tlsKey }: TlsFlags, now: Date): TlsFiles | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new CommandError(
      `--tls-cert and --tls-key belong together: ${tlsCert === undefined ? "--tls-cert" : "--tls-key"} is missing`,
    );
  const cert = certificatesOf(tlsCert);
  const certificate = parsedCertificate(cert, tlsCert);
  checkCertificate(certificate, `--tls-cert ${tlsCert}`, now);
  const { key, text } = parsedKey(tlsKey);
  if (!certificate.checkPrivateKey(key))
    throw new CommandError(
      `--tls-key ${tlsKey} is not the key of the certificate in ${tlsCert} (${certificate.subject}): name the key that it was made with`,
    );
  checkStrength({ cert, key: text }, tlsCert);
  return { cert, key: text };
}

function readText(flag: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CommandError(`${flag} ${file} cannot be read: ${(error as Error).message}`);
  }
}

/** The certificates of a file, without a key that may stand beside them. */
function certificatesOf(file: string): string {
  const text = readText("--tls-cert", file);
  const found = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  if (found !== null) return `${found.join("\n")}\n`;
  const label = /-----BEGIN ([A-Z ]+)-----/.exec(text)?.[1]?.toLowerCase();
  throw new CommandError(
    `--tls-cert ${file} holds no certificate: expected PEM (-----BEGIN CERTIFICATE-----), found ${label === undefined ? "no PEM" : `a ${label}`}; ${RECIPE}`,
  );
}

function parsedCertificate(cert: string, file: string): X509Certificate {
  try {
    return new X509Certificate(cert);
  } catch (error) {
    throw new CommandError(`--tls-cert ${file} is no certificate: ${(error as Error).message}; ${RECIPE}`);
  }
}

/** What would make every client refuse it. */
function checkCertificate(certificate: X509Certificate, where: string, now: Date): void {
  const { validFrom, validTo, subject, subjectAltName } = certificate;
  if (now > new Date(validTo))
    throw new CommandError(`${where} (${subject}) expired on ${validTo}: renew it; ${RECIPE}`);
  if (now < new Date(validFrom))
    throw new CommandError(`${where} (${subject}) is valid from ${validFrom} only: check the clock, or renew it`);
  if (subjectAltName === undefined)
    throw new CommandError(
      `${where} (${subject}) names no host (subjectAltName), and kubectl accepts no certificate without: ${RECIPE}`,
    );
}

function parsedKey(file: string): { key: KeyObject; text: string } {
  const text = readText("--tls-key", file);
  try {
    return { key: createPrivateKey(text), text };
  } catch (error) {
    if (/ENCRYPTED/.test(text))
      throw new CommandError(
        `--tls-key ${file} is encrypted with a passphrase: write it without one, openssl pkey -in ${file} -out plain-key.pem`,
      );
    throw new CommandError(
      `--tls-key ${file} holds no private key: expected PEM (-----BEGIN PRIVATE KEY-----): ${(error as Error).message}`,
    );
  }
}

/** Keys and signatures that TLS itself refuses, as too weak. */
function checkStrength(files: TlsFiles, file: string): void {
  try {
    createSecureContext(files);
  } catch (error) {
    throw new CommandError(`--tls-cert ${file} cannot serve TLS: ${(error as Error).message}; ${RECIPE}`);
  }
}
