import { startApiServer } from "@qalam/server";
import { MemoryObservationStore, MemoryStore } from "@qalam/store/memory";
import { experimentAdmission } from "../../packages/cli/src/home/experiment-admission.ts";
import type { RunningServer } from "./kubernetes-server.ts";

const TOKEN = "a-token-for-the-differential-test";

/** Our server with the admission that `qalam up` gives it, over an empty store and without controllers. */
export async function startQalamServer(onError: (error: Error) => void): Promise<RunningServer> {
  const store = new MemoryStore();
  const server = await startApiServer({
    store,
    observations: new MemoryObservationStore(),
    logs: {
      async *read() {
        yield* [];
      },
    },
    admission: experimentAdmission(store),
    token: TOKEN,
    onError: (_, error) => onError(error),
  });
  const stop = async () => {
    await server.close();
    await store.close();
  };
  return { endpoint: { address: server.address, token: TOKEN }, stop };
}
