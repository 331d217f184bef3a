import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface CertificateOptions {
  /** As OpenSSL writes it, for example `DNS:localhost,IP:127.0.0.1`; empty for a certificate that names no host. */
  readonly hosts?: string;
  /** Who signs it; by default it signs itself. */
  readonly issuer?: CertificateFiles;
}

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** PEM texts. */
  readonly cert: string;
  readonly key: string;
}

/** Makes a key and a certificate with OpenSSL, valid for a day from now, as `<name>.pem` and `<name>-key.pem` in a folder. */
export function newCertificate(
  folder: string,
  name: string,
  { hosts = "DNS:localhost,IP:127.0.0.1", issuer }: CertificateOptions = {},
): CertificateFiles {
  const [certFile, keyFile] = [join(folder, `${name}.pem`), join(folder, `${name}-key.pem`)];
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", keyFile];
  const names = hosts === "" ? [] : ["-addext", `subjectAltName=${hosts}`];
  if (issuer === undefined)
    openssl(["req", "-x509", ...newKey, ...names, "-subj", `/CN=${name}`, "-days", "1", "-out", certFile]);
  else {
    const [request, extensions] = [join(folder, `${name}.csr`), join(folder, `${name}.ext`)];
    openssl(["req", ...newKey, "-subj", `/CN=${name}`, "-out", request]);
    writeFileSync(extensions, `subjectAltName=${hosts}\nbasicConstraints=CA:FALSE\n`);
    const by = ["-CA", issuer.certFile, "-CAkey", issuer.keyFile, "-CAcreateserial"];
    openssl(["x509", "-req", "-in", request, ...by, "-days", "1", "-extfile", extensions, "-out", certFile]);
  }
  return { certFile, keyFile, cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
}

function openssl(args: readonly string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}
