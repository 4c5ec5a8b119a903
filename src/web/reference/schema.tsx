/** A schema: a line for a simple one, a folded list of fields for an object. */
import { useState } from 'preact/hooks';
import { type Document, resolve, type Schema } from './document.ts';

interface SchemaProps {
  readonly document: Document;
  readonly schema: Schema;
  readonly isOpen?: boolean;
}

export function SchemaView({ document, schema, isOpen = false }: SchemaProps) {
  const { schema: meant, name } = resolve(document, schema);
  const choices = meant.oneOf ?? meant.anyOf ?? meant.allOf;
  if (choices !== undefined) {
    return (
      <Foldable
        title={`${name ?? ''} ${meant.allOf ? 'all' : 'one'} of ${choices.length}`}
        {...{ isOpen }}
      >
        {() =>
          choices.map((one, i) => (
            <div key={i}>
              <SchemaView {...{ document }} schema={one} />
            </div>
          ))
        }
      </Foldable>
    );
  }
  if (meant.properties !== undefined) {
    const { properties, required = [] } = meant;
    return (
      <Foldable title={name ?? 'object'} {...{ isOpen }}>
        {() => (
          <dl class="fields-of">
            {Object.entries(properties).map(([field, one]) => (
              <div key={field}>
                <dt>
                  <code>{field}</code>
                  {required.includes(field) ? '' : '?'}
                </dt>
                <dd>
                  {one.description} <SchemaView {...{ document }} schema={one} />
                </dd>
              </div>
            ))}
          </dl>
        )}
      </Foldable>
    );
  }
  if (meant.items !== undefined) {
    return (
      <span class="schema">
        list of <SchemaView {...{ document }} schema={meant.items} />
      </span>
    );
  }
  return <span class="schema">{simple(meant)}</span>;
}

/** A simple schema in words. */
function simple(schema: Schema): string {
  const { type, enum: values, const: only, minimum, maximum, maxLength } = schema;
  if (only !== undefined) return JSON.stringify(only);
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(' | ');
  const kind = Array.isArray(type) ? type.join(' | ') : String(type ?? 'anything');
  const bounds = [
    ...(minimum === undefined ? [] : [`from ${minimum}`]),
    ...(maximum === undefined || maximum > 1e15 ? [] : [`to ${maximum}`]),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(schema.default === undefined ? [] : [`default ${JSON.stringify(schema.default)}`]),
  ];
  return [kind, ...bounds].join(', ');
}

/** What is inside is drawn when it is opened: schemas refer to themselves. */
function Foldable(props: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly children: () => preact.ComponentChildren;
}) {
  const [isOpen, open] = useState(props.isOpen);
  return (
    <details class="schema" open={isOpen} onToggle={(event) => open(event.currentTarget.open)}>
      <summary>{props.title}</summary>
      {isOpen && props.children()}
    </details>
  );
}
