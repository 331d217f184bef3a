import { ALGORITHMS } from "@qalam/algorithms";
import type { Command } from "commander";
import { type ClusterAccess, kubeconfigAccess, serviceAccountAccess } from "../cluster/cluster-access.ts";
import { clusterClient } from "../cluster/cluster-client.ts";
import { CommandError } from "../command-error.ts";
import { errorReporter } from "../home/open-home.ts";
import { RemoteStore } from "../home/remote-store.ts";
import { portNumber } from "../port-number.ts";
import { onInterrupt } from "../run/interrupt.ts";
import { say, type Terminal } from "../terminal.ts";

interface ServeFlags {
  readonly port: string;
  readonly host: string;
  readonly kubeconfig?: string;
}

/** `qalam serve-suggestion`: the search algorithms behind Katib's Suggestion service, for a Katib installation or another qalam. */
export function addServeSuggestionCommand(program: Command, terminal: Terminal): void {
  program
    .command("serve-suggestion")
    .description("serve the search algorithms to a Katib installation (gRPC Suggestion and EarlyStopping services)")
    .option("--port <number>", "port to listen on (0: any free one)", "6789")
    .option("--host <address>", "address to listen on; 0.0.0.0 in a container. There is no authentication", "127.0.0.1")
    .option(
      "--kubeconfig <file>",
      "cluster whose trials are marked as EarlyStopped when collectors have stopped them (in a pod: its service account)",
    )
    .addHelpText(
      "after",
      "\nExample:\n  qalam serve-suggestion --port 6800 &\n  qalam run experiment.yaml --suggestion-service random=localhost:6800",
    )
    .action(async ({ port, host, kubeconfig }: ServeFlags) => {
      const access = clusterAccess(kubeconfig, terminal.env);
      const cluster = access();
      const { signal, release } = onInterrupt(() => {});
      const { earlyStoppingService, startGrpcServer, suggestionService } = await import("@qalam/grpc");
      const server = await startGrpcServer({
        services: [
          suggestionService(),
          earlyStoppingService(cluster && { trials: () => trialsOf(access() ?? cluster) }),
        ],
        host,
        port: portNumber("--port", port),
        onError: errorReporter(terminal),
      }).catch((error: Error) => {
        throw new CommandError(`${error.message}; choose another with --port`);
      });
      const names = ALGORITHMS.map(({ name }) => name).join(", ");
      say(terminal, `Serving Katib's Suggestion service at ${server.address}: ${names}`);
      if (cluster !== undefined)
        say(
          terminal,
          `Stopped trials are marked in namespace ${cluster.namespace} of ${new URL(cluster.address).origin}`,
        );
      say(terminal, "Ctrl-C ends it.");
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      await server.close();
      release();
    });
}

/** Read at every call: tokens of service accounts are exchanged every hour. */
function clusterAccess(kubeconfig: string | undefined, env: NodeJS.ProcessEnv): () => ClusterAccess | undefined {
  return () => (kubeconfig === undefined ? serviceAccountAccess(env) : kubeconfigAccess(kubeconfig));
}

function trialsOf(access: ClusterAccess) {
  return { store: new RemoteStore(clusterClient(access)), namespace: access.namespace };
}
