import { expect, it } from "vitest";
import { Database } from "../src/sqlite/driver.ts";
import { runTransaction } from "../src/sqlite/run-transaction.ts";

it("takes everything back when one write fails, and can be used again", () => {
  const database = new Database(":memory:");
  database.exec("create table t (a)");
  const insert = () => database.prepare("insert into t values (1)").run();
  const failing = () =>
    runTransaction(database, () => {
      insert();
      throw new Error("not this one");
    });
  expect(failing).toThrow("not this one");
  runTransaction(database, insert);
  expect(database.prepare("select count(*) as n from t").get()).toEqual({ n: 1 });
  database.close();
});
