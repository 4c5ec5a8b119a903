/** Calls that are not made: what the kernel would answer, and what would change. And branches. */
import { useState } from 'preact/hooks';
import { callName } from '../event/call-text.ts';
import { OutcomeLine } from '../event/event.tsx';
import type { Moment } from '../host/moment.ts';
import { RefusedNote } from '../note.tsx';
import type { Plan, PlannedSlot } from '../service/answers.ts';
import { AskRefused, hostPath, tell } from '../service/ask.ts';
import { go } from '../state/use-place.ts';
import { count, holderText, shortType } from '../state/words.ts';

/** Calls to begin with, for what is selected. */
function templates(moment: Moment): Readonly<Record<string, object>> {
  const { cgroup = '/', type = 'cgroup_inet_egress' } = moment.place;
  const load = { call: { name: 'prog_load', ...programFor(type), prog_name: 'planned' } };
  const fd = { result_of: 0 };
  return {
    'load and attach': [
      load,
      {
        call: {
          ...{ name: 'prog_attach', attach_bpf_fd: fd, target_path: cgroup },
          ...{ attach_type: type, flags: ['multi'] },
        },
      },
    ],
    'load and link': [
      load,
      { call: { name: 'link_create', prog_fd: fd, target_path: cgroup, attach_type: type } },
    ],
    'remove the cgroup': { call: { name: 'rmdir', path: cgroup } },
    'make a cgroup below': {
      call: { name: 'mkdir', path: `${cgroup === '/' ? '' : cgroup}/new` },
    },
  };
}

/** A program type that fits an attach type. */
function programFor(type: string): object {
  if (type === 'cgroup_device' || type === 'cgroup_sysctl') return { prog_type: type };
  if (/_(?:in|e)gress$/.test(type)) {
    return { prog_type: 'cgroup_skb', expected_attach_type: type };
  }
  if (/sockopt$/.test(type)) return { prog_type: 'cgroup_sockopt', expected_attach_type: type };
  if (/sock_(?:create|release)|post_bind/.test(type)) {
    return { prog_type: 'cgroup_sock', expected_attach_type: type };
  }
  if (type === 'cgroup_sock_ops') return { prog_type: 'sock_ops' };
  return { prog_type: 'cgroup_sock_addr', expected_attach_type: type };
}

type Planned = { readonly plan?: Plan; readonly refused?: AskRefused };

export function PlanView({ moment }: { readonly moment: Moment }) {
  const choices = templates(moment);
  const [text, setText] = useState(() => writeCalls(choices['load and attach']));
  const [planned, setPlanned] = useState<Planned>({});
  const { host, head, at } = moment;

  const plan = async () => {
    setPlanned(await askPlan(host, text));
  };
  return (
    <div class="plan">
      {at !== head && (
        <p class="none">
          A plan is about the head, position {count(head)}. To plan at position {count(at)}, branch
          from here, below, and plan there.
        </p>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void plan();
        }}
      >
        <label class="field">
          Begin with
          <select
            onChange={({ currentTarget: { value } }) => {
              if (value in choices) setText(writeCalls(choices[value]));
            }}
          >
            {Object.keys(choices).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <textarea
          aria-label="Calls"
          spellcheck={false}
          rows={12}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit">Plan these calls</button>
        <span class="none"> Nothing is recorded.</span>
      </form>
      {planned.refused !== undefined && <RefusedNote refused={planned.refused} />}
      {planned.plan !== undefined && <Outcome plan={planned.plan} />}
      <Branch moment={moment} />
    </div>
  );
}

const writeCalls = (calls: unknown) => JSON.stringify(calls, null, 2);

async function askPlan(host: string, text: string): Promise<Planned> {
  let calls: unknown;
  try {
    calls = JSON.parse(text);
  } catch (error) {
    const detail = error instanceof Error ? error.message : '';
    return { refused: new AskRefused(0, { title: 'This is not JSON', detail }) };
  }
  return tell<Plan>(hostPath(host, '/plan'), calls).then(
    (plan) => ({ plan }),
    (error: unknown) => ({ refused: toRefused(error) }),
  );
}

function toRefused(error: unknown): AskRefused {
  if (error instanceof AskRefused) return error;
  return new AskRefused(0, { title: 'The page failed', detail: String(error) });
}

function Outcome({ plan }: { readonly plan: Plan }) {
  const { calls, changed, warnings, truncated } = plan;
  return (
    <section aria-label="Planned">
      <h3>Answers</h3>
      <ol class="answers">
        {calls.map(({ call, outcome }, i) => (
          <li key={i}>
            <code>{callName(call.name)}</code>
            <OutcomeLine outcome={outcome} />
            {warnings
              .filter((warning) => warning.call === i)
              .map(({ kind, sentence }) => (
                <p key={kind} class="warning">
                  <span class="tag drift">{kind}</span> {sentence}
                </p>
              ))}
          </li>
        ))}
      </ol>
      <h3>Effective arrays</h3>
      {changed.length === 0 && <p class="none">None would change.</p>}
      {changed.map((array) => (
        <div key={`${array.cgroup_id} ${array.attach_type}`} class="array-change">
          <h4>
            {array.path} <span class="type">{shortType(array.attach_type)}</span>
          </h4>
          <div class="sides">
            <Side title="before" slots={array.before} />
            <Side title="after" slots={array.after} />
          </div>
        </div>
      ))}
      {truncated && <p class="none">There are more than are listed.</p>}
    </section>
  );
}

function Side(props: { readonly title: string; readonly slots: readonly PlannedSlot[] }) {
  const { title, slots } = props;
  return (
    <div>
      <h5>{title}</h5>
      {slots.length === 0 ? (
        <p class="none">empty</p>
      ) : (
        <ol>
          {slots.map((slot) => (
            <li key={`${slot.cgroup_id} ${slot.index} ${slot.prog_id}`}>
              {slot.prog_id} {slot.prog_name} <span class="id">{holderText(slot)}</span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** Makes a host that shares the log up to the moment. */
function Branch({ moment }: { readonly moment: Moment }) {
  const { host, at } = moment;
  const [name, setName] = useState('');
  const [refused, setRefused] = useState<AskRefused | undefined>();
  return (
    <form
      class="branch"
      onSubmit={(event) => {
        event.preventDefault();
        tell(hostPath(host, '/branches'), { name, at }).then(
          () => go({ host: name, at: undefined, from: undefined, to: undefined }, { isStep: true }),
          (error: unknown) => setRefused(toRefused(error)),
        );
      }}
    >
      <h3>Branch from position {count(at)}</h3>
      <label class="field">
        Name of the new host
        <input value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <button type="submit" disabled={name === ''}>
        Branch
      </button>
      {refused !== undefined && <RefusedNote refused={refused} />}
    </form>
  );
}
