/** The API reference, offline: what openapi.yaml says, operation by operation. */
import { useState } from 'preact/hooks';
import { TopBar } from '../head.tsx';
import { RefusedNote } from '../note.tsx';
import { useAnswer } from '../state/use-answer.ts';
import type { DescribedOperation, Document } from './document.ts';
import { operationsOf } from './document.ts';
import { SchemaView } from './schema.tsx';

export function ApiReference() {
  const { answer, refused } = useAnswer<Document>('/openapi.json');
  const [search, setSearch] = useState('');
  return (
    <>
      <TopBar>
        <span class="crumb">API</span>
        <input
          type="search"
          class="search"
          aria-label="Search operations"
          placeholder="Search operations"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      </TopBar>
      <main class="reference">
        {refused !== undefined && <RefusedNote refused={refused} />}
        {answer !== undefined && <Operations document={answer} search={search} />}
      </main>
    </>
  );
}

function Operations(props: { readonly document: Document; readonly search: string }) {
  const { document, search } = props;
  const text = search.trim().toLowerCase();
  const found = operationsOf(document).filter(({ path, summary, operationId }) =>
    `${path} ${summary} ${operationId}`.toLowerCase().includes(text),
  );
  return (
    <>
      <h1>
        {document.info.title} <span class="id">{document.info.version}</span>
      </h1>
      <p class="none">
        {found.length} operations. The same as a file: <a href="/openapi.yaml">openapi.yaml</a>.
      </p>
      {found.map((operation) => (
        <OperationView key={operation.operationId} {...{ document, operation }} />
      ))}
    </>
  );
}

function OperationView(props: {
  readonly document: Document;
  readonly operation: DescribedOperation;
}) {
  const { document, operation } = props;
  const { method, path, summary, description, operationId } = operation;
  const body = Object.entries(operation.requestBody?.content ?? {});
  const answers = Object.entries(operation.responses);
  const role = operation['x-access']?.role;
  return (
    <details class="operation" id={operationId}>
      <summary>
        <span class={`method ${method}`}>{method.toUpperCase()}</span> <code>{path}</code>
        <span class="what">{summary}</span>
      </summary>
      {description !== undefined && <p>{description}</p>}
      <p class="none">{role === undefined ? 'Needs no token.' : `Role: ${role}.`}</p>
      {(operation.parameters ?? []).length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">parameter</th>
              <th scope="col">in</th>
              <th scope="col">what</th>
            </tr>
          </thead>
          <tbody>
            {operation.parameters?.map((parameter) => (
              <tr key={`${parameter.in} ${parameter.name}`}>
                <th scope="row">
                  <code>{parameter.name}</code>
                  {parameter.required ? '' : '?'}
                </th>
                <td>{parameter.in}</td>
                <td>
                  {parameter.description}{' '}
                  <SchemaView document={document} schema={parameter.schema} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {body.map(([type, { schema }]) => (
        <section key={type}>
          <h3>
            Body <code>{type}</code>
          </h3>
          <SchemaView document={document} schema={schema} isOpen />
        </section>
      ))}
      {answers.map(([status, { description: what, content = {} }]) => (
        <section key={status}>
          <h3>
            {status === 'default' ? 'Otherwise' : status} <span class="what">{what}</span>
          </h3>
          {Object.entries(content).map(([type, { schema }]) => (
            <div key={type}>
              <code class="none">{type}</code> <SchemaView document={document} schema={schema} />
            </div>
          ))}
        </section>
      ))}
    </details>
  );
}
