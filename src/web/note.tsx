/** What the page says where there is nothing to show: why, and what to do. */
import { useState } from 'preact/hooks';
import { type AskRefused, signIn } from './service/ask.ts';

/** What the service refused. Without a token it asks for one. */
export function RefusedNote({ refused }: { readonly refused: AskRefused }) {
  if (refused.status === 401) return <SignIn refused={refused} />;
  return (
    <div class="note refused" role="alert">
      <strong>{refused.title}</strong>
      <p>{refused.message}</p>
      {refused.errors.length > 0 && (
        <ul>
          {refused.errors.map(({ field, message }) => (
            <li key={field}>
              <code>{field}</code> {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** An empty state. */
export function Note(props: {
  readonly title: string;
  readonly children?: preact.ComponentChildren;
}) {
  return (
    <div class="note">
      <strong>{props.title}</strong>
      {props.children}
    </div>
  );
}

/** Asks for a token; the page forgets it when it is closed or loaded again. */
function SignIn({ refused }: { readonly refused: AskRefused | undefined }) {
  const [given, give] = useState('');
  return (
    <form
      class="note sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        signIn(given.trim() === '' ? undefined : given.trim());
      }}
    >
      <strong>This service asks for a token</strong>
      <p>
        The page keeps it in memory, and forgets it when it is closed. The service's operator has
        the tokens file.
      </p>
      <label>
        Token
        <input
          type="password"
          autocomplete="off"
          value={given}
          onInput={(event) => give(event.currentTarget.value)}
        />
      </label>
      <button type="submit">Sign in</button>
      {refused !== undefined && refused.message !== '' && <p class="why">{refused.message}</p>}
    </form>
  );
}
