import type { Command } from '../admin/command.ts';
import { COMMANDS } from '../admin/commands.ts';
import { NS_ADMIN, type Face } from '../admin/face.ts';
import { AdminError, type AdminTarget, type FailureKind } from '../admin/target.ts';
import { domainTarget } from '../admin/targets.ts';
import type { Logger } from '../base/log.ts';
import type { Config } from '../config/schema.ts';
import type { AdHocCommand, Outcome, Stage } from '../modules/commands/command.ts';
import { writeItem } from '../modules/roster/item.ts';
import { xml, type Element } from '../xml/index.ts';
import { Jid } from '../xmpp/jid.ts';
import { NS_ROSTER } from '../xmpp/ns.ts';
import { resultForm } from '../xmpp/payloads/data-form.ts';
import type { FormFields } from '../xmpp/payloads/form-fields.ts';
import { StanzaError, type StanzaCondition } from '../xmpp/stanza-error.ts';

/** Accounts that one command may be for. */
const MAX_RUNS = 100;

/** @spec XEP-0133 §5 */
const CONDITIONS: Readonly<Record<FailureKind, StanzaCondition>> = {
  failure: 'not-acceptable',
  usage: 'bad-request',
  unavailable: 'feature-not-implemented',
  permission: 'not-allowed',
  missing: 'item-not-found',
  conflict: 'conflict',
};

export interface AdministrationParts {
  readonly domain: string;
  readonly config: Config;
  readonly log: Logger;
  /** Known when somebody runs a command. */
  readonly target: () => AdminTarget;
}

/** The registry as commands of one domain, for its administrators. @spec XEP-0133 */
export function adminCommands(parts: AdministrationParts): AdHocCommand[] {
  const admins = { own: adminsOf(parts.config, [parts.domain]), all: adminsOf(parts.config) };
  return COMMANDS.flatMap((command) =>
    (command.faces ?? []).map((face) => ({
      node: face.node,
      name: face.name,
      isFor: (asker) => (face.isForAll ? admins.all : admins.own).has(asker.bare.toString()),
      begin: (asker) => new Errand(parts, command, face, asker).begin(),
    })),
  );
}

/** Those who administer each of the domains, or each of all that have accounts. */
function adminsOf({ hosts }: Config, domains?: readonly string[]): ReadonlySet<string> {
  const concerned = domains ?? Object.keys(hosts).filter((domain) => !hosts[domain]?.anonymous);
  const sets = concerned.map((domain) => new Set((hosts[domain]?.admins ?? []).map(prepared)));
  const [first = new Set<string>(), ...others] = sets;
  return new Set([...first].filter((admin) => others.every((set) => set.has(admin))));
}

function prepared(text: string): string {
  return Jid.parse(text)?.toString() ?? text;
}

/** One administrator with one command. */
class Errand {
  readonly #parts: AdministrationParts;
  readonly #command: Command;
  readonly #face: Face;
  readonly #asker: Jid;

  constructor(parts: AdministrationParts, command: Command, face: Face, asker: Jid) {
    this.#parts = parts;
    this.#command = command;
    this.#face = face;
    this.#asker = asker;
  }

  async begin(): Promise<Stage> {
    const { form, formType = NS_ADMIN } = this.#face;
    if (!form) return this.#run(new Map());
    const questions = await form.questions(this.#target, this.#parts.domain);
    return { form: { ...form, formType, questions }, next: (fields) => this.#run(fields) };
  }

  get #target(): AdminTarget {
    const { target, domain } = this.#parts;
    return this.#face.isForAll ? target() : domainTarget(target(), domain);
  }

  /** What fails for some is told beside what is done for others. */
  async #run(fields: FormFields): Promise<Outcome> {
    const outputs: unknown[] = [];
    const failures: AdminError[] = [];
    for (const input of this.#inputs(fields)) {
      try {
        outputs.push(await this.#command.run(this.#target, input));
      } catch (error) {
        failures.push(asAdminError(error));
      }
    }
    const [failure] = failures;
    if (failure && outputs.length === 0) throw refusal(failure);
    this.#parts.log.info('admin.command', { command: this.#command.name, by: this.#asker.bare.toString() });
    return this.#outcome(outputs, failures, fields);
  }

  #inputs(fields: FormFields): readonly object[] {
    const { domain } = this.#parts;
    try {
      const inputs = this.#face.inputs?.(fields, { domain, jid: this.#asker.bare }) ?? [{}];
      if (inputs.length <= MAX_RUNS) return inputs;
    } catch (error) {
      throw refusal(asAdminError(error));
    }
    throw new StanzaError('not-acceptable', `at most ${MAX_RUNS} accounts at a time`);
  }

  #outcome(outputs: readonly unknown[], failures: readonly AdminError[], fields: FormFields): Outcome {
    const errors = failures.map(({ message }) => ({ type: 'error' as const, text: message }));
    const result = this.#face.result?.(outputs, fields);
    if (result) return { notes: errors, result: formOf(result, this.#face.formType) };
    const done = outputs.map((output) => ({ type: 'info' as const, text: this.#command.render(output) }));
    return { notes: [...done, ...errors] };
  }
}

/** @spec XEP-0133 §4.8 */
function formOf({ fields, roster }: ReturnType<NonNullable<Face['result']>>, formType = NS_ADMIN): Element {
  const form = resultForm(formType, fields);
  return roster ? form.append(xml('query', { xmlns: NS_ROSTER }, ...roster.map(writeItem))) : form;
}

/** Whatever else it is, it is a fault of ours. */
function asAdminError(error: unknown): AdminError {
  if (error instanceof AdminError) return error;
  throw error;
}

function refusal({ kind, message }: AdminError): StanzaError {
  return new StanzaError(CONDITIONS[kind], message);
}
