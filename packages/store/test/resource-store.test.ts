import { describeResourceStore } from "@qalam/testing";
import { openMemory, openSqlite } from "./stores.ts";

describeResourceStore("MemoryStore", openMemory);
describeResourceStore("SqliteStore", openSqlite);
