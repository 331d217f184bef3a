import { join } from "node:path";
import type { Command } from "commander";
import { stringify } from "yaml";
import { dataDirectory } from "../home/data-directory.ts";
import { openEmbeddedHome } from "../home/embedded-home.ts";
import { errorReporter } from "../home/open-home.ts";
import { readToken } from "../home/token.ts";
import { newKubeconfig } from "../kubeconfig.ts";
import { portNumber } from "../port-number.ts";
import { repeatable } from "../repeatable-flag.ts";
import { onInterrupt } from "../run/interrupt.ts";
import { SUGGESTION_SERVICE_FLAG, suggestionServices } from "../suggestion-services.ts";
import { say, type Terminal } from "../terminal.ts";
import { readTlsFiles, type TlsFlags } from "../tls-files.ts";
import { volumeFlags } from "../volume-flag.ts";
import { writeKubeconfig } from "./kubeconfig-command.ts";

interface UpFlags extends TlsFlags {
  readonly port: string;
  readonly grpcPort?: string;
  readonly volume?: readonly string[];
  readonly suggestionService?: readonly string[];
}

/** `qalam up`: the server in the foreground. */
export function addUpCommand(program: Command, terminal: Terminal): void {
  program
    .command("up")
    .description("run the server in the foreground: kubectl, SDKs and other terminals work with it")
    .option("--port <number>", "port on the loopback interface (0: any free one)", "7071")
    .option("--grpc-port <number>", "port of Katib's DB manager (gRPC) (default: 6789, any free one if it is taken)")
    .option(
      "-v, --volume <host:container>",
      "a host folder that stands for a path in all containers (repeatable)",
      repeatable,
    )
    .option(...SUGGESTION_SERVICE_FLAG)
    .option("--tls-cert <file>", "serve HTTPS with this certificate (PEM; those of its issuers may follow it)")
    .option("--tls-key <file>", "its private key (PEM)")
    .addHelpText(
      "after",
      "\nExample:\n  qalam up -v .:/app &\n  kubectl --kubeconfig ~/.local/share/qalam/kubeconfig get experiments -A",
    )
    .action(async ({ port, grpcPort, volume, suggestionService, ...tlsFlags }: UpFlags) => {
      const path = dataDirectory(terminal.env);
      const tls = readTlsFiles(tlsFlags, new Date());
      const { signal, release } = onInterrupt(() => {});
      const home = await openEmbeddedHome(path, {
        mode: "run",
        port: portNumber("--port", port),
        ...(grpcPort !== undefined && { grpcPort: portNumber("--grpc-port", grpcPort) }),
        volumes: volumeFlags(volume),
        suggestionServices: suggestionServices(suggestionService, terminal.env),
        ...(tls !== undefined && { tls }),
        onError: errorReporter(terminal),
      });
      const kubeconfig = join(path, "kubeconfig");
      const { address = "" } = home;
      writeKubeconfig(
        kubeconfig,
        stringify(newKubeconfig({ address, token: readToken(path), certificate: tls?.cert })),
      );
      say(
        terminal,
        `Serving ${path} at ${address}\n  export KUBECONFIG=${kubeconfig}\n  kubectl get experiments -A\n(qalam kubeconfig adds it to the kubeconfig you have)\nMetrics (Katib's DB manager, gRPC) at ${home.dbManager}\nCtrl-C ends it; trials that run are stopped and run again at the next start.`,
      );
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      await home.close();
      release();
    });
}
