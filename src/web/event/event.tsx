/** The event of the moment: what was asked, what the kernel answered and why, and what followed. */

import type { Moment } from '../host/moment.ts';
import type { LedgerEvent, Outcome } from '../service/answers.ts';
import { go } from '../state/use-place.ts';
import { count } from '../state/words.ts';
import { ArrayChanges } from './array-changes.tsx';
import { callName, effectName, fieldsOf } from './call-text.ts';

export function EventPanel({ moment }: { readonly moment: Moment }) {
  const { answer: event, isOld } = moment.event;
  return (
    <section class={`event ${isOld ? 'old' : ''}`} aria-label="Event">
      <h2>
        Event <b>{count(moment.at)}</b>
        {event?.source !== undefined && event.source !== 'decided' && (
          <span class="tag">{event.source}</span>
        )}
      </h2>
      {event !== undefined && <EventDetail event={event} moment={moment} />}
    </section>
  );
}

function EventDetail({ event, moment }: { readonly event: LedgerEvent; readonly moment: Moment }) {
  const { call, outcome, expected, effects, pid, comm, actor, at } = event;
  return (
    <>
      <p class="call">
        <code>{callName(call.name)}</code>
        <Fields told={call} without="name" />
      </p>
      <OutcomeLine outcome={outcome} />
      {expected !== undefined && (
        <p class="expected">
          <span class="tag drift">drift</span> The rules say {expected.errno ?? `${expected.ret}`}
          {expected.message !== undefined && `: ${expected.message}`}
        </p>
      )}
      <dl class="who">
        <dt>process</dt>
        <dd>
          {comm} <span class="id">pid {pid}</span>
        </dd>
        <dt>sent by</dt>
        <dd>{actor}</dd>
        <dt>at</dt>
        <dd>
          <time dateTime={at}>{at.replace('T', ' ').replace('Z', '')}</time>
        </dd>
        <Term name="unit" value={event.unit} />
        <Term name="container" value={event.container_id?.slice(0, 12)} />
        <Term name="cgroup" value={event.cgroup} />
      </dl>
      <h3>Effects</h3>
      {effects.length === 0 ? (
        <p class="none">None: nothing changed.</p>
      ) : (
        <ol class="effects">
          {effects.map((effect, i) => (
            <li key={i}>
              {effectName(effect)}
              <Fields told={effect} without="type" />
            </li>
          ))}
        </ol>
      )}
      <ArrayChanges moment={moment} event={event} />
    </>
  );
}

function Term({ name, value }: { readonly name: string; readonly value: string | undefined }) {
  return value === undefined ? null : (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

/** What the kernel answered, and for a refusal the rule in a sentence. */
export function OutcomeLine({ outcome }: { readonly outcome: Outcome }) {
  const { errno, message, rule, ret } = outcome;
  if (errno === undefined) {
    return (
      <p class="outcome">
        <span class="tag done">= {ret}</span>
      </p>
    );
  }
  return (
    <p class="outcome">
      <span class="tag refusals">▲ {errno}</span> {message} {rule && <code>{rule}</code>}
    </p>
  );
}

function Fields({ told, without }: { readonly told: object; readonly without: string }) {
  return (
    <span class="fields">
      {fieldsOf(told, without).map(([field, value]) => (
        <span key={field} class="field">
          <span class="name">{field}</span>{' '}
          {field === 'prog_id' && /^\d+$/.test(value) ? (
            <button type="button" class="value" onClick={() => go({ program: Number(value) })}>
              {value}
            </button>
          ) : (
            <span class="value">{value}</span>
          )}
        </span>
      ))}
    </span>
  );
}
