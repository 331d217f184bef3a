import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { Exchange } from "../exchange.ts";
import { inNamespace } from "./objects.ts";

const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** Field number and what it holds: a text, a number, a message or bytes. */
type Field = readonly [number: number, value: string | number | readonly Field[] | Uint8Array];

function message(fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, value] of fields) {
    if (typeof value === "number") writer.tag(number, WireType.Varint).int64(value);
    else if (typeof value === "string") writer.tag(number, WireType.LengthDelimited).string(value);
    else
      writer
        .tag(number, WireType.LengthDelimited)
        .bytes(value instanceof Uint8Array ? value : message(value as Field[]));
  }
  return writer.finish();
}

/** A body as Go's clients send it. */
function envelope(apiVersion: string, kind: string, object: readonly Field[] | Uint8Array): Uint8Array {
  const type = message([
    [1, apiVersion],
    [2, kind],
  ]);
  return Buffer.concat([
    Buffer.from("k8s\0"),
    message([
      [1, type],
      [2, object],
      [3, ""],
      [4, ""],
    ]),
  ]);
}

const named = (name: string): Field => [1, [[1, name]]];
const entry = (key: string, value: string | Uint8Array): readonly Field[] => [
  [1, key],
  [2, value],
];

/** Objects as protobuf, as kubectl from 1.33 and Go clients send them. */
export const protobuf: readonly Exchange[] = inNamespace("protobuf", (at) => {
  const [maps, jobs] = [at("configmaps"), at("batch/v1/jobs")];
  const send = (name: string, path: string, body: Uint8Array, method = "POST"): Exchange => ({
    name,
    method,
    path,
    body,
    type: PROTOBUF,
  });
  const map = envelope("v1", "ConfigMap", [
    [
      1,
      [
        [1, "a"],
        [2, ""],
        [3, ""],
        [11, entry("team", "red")],
      ],
    ],
    [2, entry("key", "value")],
    [2, entry("empty", "")],
    [3, entry("bytes", Buffer.from([0, 255]))],
    [4, 0],
  ]);
  const template: Field = [
    2,
    [
      [3, "Never"],
      [
        2,
        [
          [1, "main"],
          [2, "busybox"],
          [3, "true"],
          [8, [[1, entry("cpu", message([[1, "500m"]]))]]],
        ],
      ],
    ],
  ];
  return [
    send("a config map", maps, map),
    { name: "the config map", method: "GET", path: `${maps}/a` },
    send("the config map again", maps, map),
    send("replace it", `${maps}/a`, envelope("v1", "ConfigMap", [named("a"), [2, entry("key", "other")]]), "PUT"),
    send(
      "a field that is not known",
      maps,
      envelope("v1", "ConfigMap", [named("b"), [99, "x"], [98, 5], [2, entry("a", "b")]]),
    ),
    send(
      "a job with zeros",
      jobs,
      envelope("batch/v1", "Job", [
        named("j"),
        [
          2,
          [
            [1, 0],
            [7, 0],
            [6, [template]],
          ],
        ],
      ]),
    ),
    send(
      "a service",
      at("services"),
      envelope("v1", "Service", [
        named("s"),
        [
          2,
          [
            [3, "None"],
            [
              1,
              [
                [1, "http"],
                [3, 80],
                [
                  4,
                  [
                    [1, 1],
                    [3, "web"],
                  ],
                ],
              ],
            ],
          ],
        ],
      ]),
    ),
    send("bytes without the first four", maps, map.subarray(4)),
    send("cut off", maps, map.subarray(0, map.length - 20)),
    send("a text where a number stands", maps, envelope("v1", "ConfigMap", [named("c"), [4, "x"]])),
    send("another kind", maps, envelope("v1", "Secret", [named("c")])),
    send("a kind that there is not", maps, envelope("v1", "Nonsense", [named("c")])),
    send("no kind", maps, envelope("", "", [named("c")])),
    send("nothing", maps, Buffer.alloc(0)),
    send("a patch", `${maps}/a`, map, "PATCH"),
    send(
      "a review",
      "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      envelope("authorization.k8s.io/v1", "SelfSubjectAccessReview", [
        [
          2,
          [
            [
              1,
              [
                [1, "protobuf"],
                [2, "get"],
                [5, "pods"],
              ],
            ],
          ],
        ],
      ]),
    ),
    send(
      "delete with another uid",
      `${maps}/a`,
      envelope("v1", "DeleteOptions", [[2, [[1, "4d5b0b64-0c6b-4d5f-b1e6-000000000000"]]]]),
      "DELETE",
    ),
    send("delete as a trial run", `${maps}/a`, envelope("v1", "DeleteOptions", [[5, "All"]]), "DELETE"),
    send(
      "delete a job in the foreground",
      `${jobs}/j`,
      envelope("batch/v1", "DeleteOptions", [[4, "Foreground"]]),
      "DELETE",
    ),
    {
      name: "read as protobuf or JSON",
      method: "GET",
      path: `${maps}/b`,
      accept: `application/vnd.kubernetes.unknown, application/json`,
    },
  ];
});
