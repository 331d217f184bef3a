import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { repeatedKeys } from "../src/repeated-keys.ts";
import { startServer } from "./start-server.ts";

describe("keys that stand twice in JSON", () => {
  it("are found where they are", () => {
    expect(repeatedKeys('{"a":1,"b":{"a":1,"c":[{"d":1},{"d":1,"d":[{"d":1}]}],"a":{"x":1,"x":1}},"a":2}')).toEqual([
      "b.c[1].d",
      "b.a",
      "b.a.x",
      "a",
    ]);
    expect(repeatedKeys('[{"a":1},[1,{"a":1,"\\u0061":2}]]')).toEqual(["[1][1].a"]);
    expect(repeatedKeys('{"a\\"b":"{\\"a\\":1,","a":"\\\\","c":"}"}')).toEqual([]);
  });

  it("are none in what was written from values", () => {
    fc.assert(fc.property(fc.json(), (text) => repeatedKeys(text).length === 0));
  });

  it("are refused, told or let go, as the request says", async () => {
    const { call } = await startServer();
    const maps = "/api/v1/namespaces/default/configmaps";
    const post = (name: string, query: string) =>
      call("POST", `${maps}?${query}`, `{"metadata":{"name":"${name}"},"data":{"a":"1","a":"2"}}`);
    const strict = await post("s", "fieldValidation=Strict");
    expect([strict.status, strict.body.message]).toEqual([400, expect.stringContaining('duplicate field "data.a"')]);
    for (const query of ["", "fieldValidation=Warn"]) {
      const warned = await post(`w${query.length}`, query);
      expect([warned.status, warned.headers.get("warning"), warned.body.data]).toEqual([
        201,
        '299 - "duplicate field \\"data.a\\""',
        { a: "2" },
      ]);
    }
    const ignored = await post("i", "fieldValidation=Ignore");
    expect([ignored.status, ignored.headers.get("warning")]).toEqual([201, null]);
  });
});
