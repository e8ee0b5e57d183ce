import { z } from 'zod';

import type { AnyCall } from './call.ts';
import { components, problemDetails } from './schemas.ts';

type Json = Readonly<Record<string, unknown>>;

/** Describes calls as OpenAPI 3.1, whose schemas are JSON Schema: by the shapes that check the requests. */
export function describeCalls(calls: readonly AnyCall[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const call of calls)
    paths[call.path] = { ...paths[call.path], [call.method]: operation(call) };
  const { schemas } = z.toJSONSchema(components, { uri: refTo, io: 'input' });
  return {
    openapi: '3.1.0',
    info: { title: 'Tribbler', version, description: 'A microblog on the ring store of Atoll.' },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: '__Host-atoll-session' },
      },
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([name, schema]) => [name, bare(schema)]),
      ),
    },
    paths,
  };
}

function operation(call: AnyCall): object {
  const { ok, headers = {} } = call;
  const problems = [...call.problems, 'invalid-request', 'unavailable'].join(', ');
  const parameters = [
    ...parametersOf('path', call.params),
    ...parametersOf('query', call.query),
    ...Object.entries(headers).map(([name, description]) => ({
      name,
      in: 'header',
      required: false,
      description,
      schema: { type: 'string' },
    })),
  ];
  return {
    summary: call.summary,
    ...(call.needsSession === true ? { security: [{ bearer: [] }, { cookie: [] }] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(call.body === undefined
      ? {}
      : { requestBody: { required: true, ...content('application/json', call.body) } }),
    responses: {
      [ok.status]: {
        description: ok.description,
        ...(ok.schema === undefined ? {} : content(ok.mediaType ?? 'application/json', ok.schema)),
      },
      default: {
        description: `A problem: ${problems}`,
        ...content('application/problem+json', problemDetails),
      },
    },
  };
}

function parametersOf(where: 'path' | 'query', shape: z.ZodType | undefined): readonly object[] {
  if (shape === undefined) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(shape, { io: 'input' });
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...others } = schema as Json;
    return {
      name,
      in: where,
      required: required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: others,
    };
  });
}

function content(mediaType: string, shape: z.ZodType): object {
  const name = components.get(shape)?.id;
  const schema =
    name === undefined ? bare(z.toJSONSchema(shape, { io: 'input' })) : { $ref: refTo(name) };
  return { content: { [mediaType]: { schema } } };
}

function refTo(name: string): string {
  return `#/components/schemas/${name}`;
}

/** Without what a schema says of itself when it stands alone. */
function bare(schema: Json): Json {
  const said = new Set(['$schema', '$id']);
  return Object.fromEntries(Object.entries(schema).filter(([name]) => !said.has(name)));
}
