import { describeObservationStore } from "@qalam/testing";
import { openMemoryObservations, openSqliteObservations } from "./stores.ts";

describeObservationStore("MemoryObservationStore", openMemoryObservations);
describeObservationStore("SqliteObservationStore", openSqliteObservations);
