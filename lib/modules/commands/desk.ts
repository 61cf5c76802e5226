import { andThen, type MaybePromise } from '../../core/maybe-promise.ts';
import type { IqRequest } from '../../core/module.ts';
import type { ServerNode } from '../../core/discovery.ts';
import { xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_COMMANDS, NS_DATA } from '../../xmpp/ns.ts';
import { formToFill } from '../../xmpp/payloads/form.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import type { AdHocCommand, Asking, Outcome, Stage } from './command.ts';
import { filledAgain, readFilled, submitted } from './filled.ts';
import { badRequest, notForYou } from './refusals.ts';
import type { CommandSession, CommandSessions, Errand } from './sessions.ts';

/** The only language that there is. */
const LANGUAGE = 'en';
const ACTIONS = ['execute', 'cancel', 'prev', 'next', 'complete'] as const;
type Action = (typeof ACTIONS)[number];

export interface CommandDeskDeps {
  /** The address whose commands these are. */
  readonly responder: Jid;
  readonly sessions: CommandSessions;
  /** By node. */
  readonly commands: ReadonlyMap<string, AdHocCommand>;
}

/** Shows the commands of one address to those who may see them, and runs them. @spec XEP-0050 */
export class CommandDesk {
  readonly #deps: CommandDeskDeps;

  constructor(deps: CommandDeskDeps) {
    this.#deps = deps;
  }

  /** The list of commands, or one of them; undefined when there is no such node. @throws StanzaError @spec XEP-0050 §2.2 */
  node(node: string, asker: Jid): MaybePromise<ServerNode | undefined> {
    if (node === NS_COMMANDS) return this.#list(asker);
    const command = this.#deps.commands.get(node);
    return command && andThen(command.isFor(asker), (isAllowed) => infoOf(command, isAllowed));
  }

  /** One step of a command. @throws StanzaError @spec XEP-0050 §2.4 */
  async answer({ payload, from }: Pick<IqRequest, 'payload' | 'from'>): Promise<Element> {
    const { node = '', sessionid, action: wanted = 'execute' } = payload.attrs;
    const errand = { asker: from, responder: this.#deps.responder, node };
    const command = await this.#commandFor(errand);
    const action = ACTIONS.find((known) => known === wanted);
    if (!action) throw badRequest('malformed-action', `there is no action "${wanted}"`);
    checkLanguage(payload);
    if (sessionid === undefined) return this.#begin(command, action, errand, payload);
    return this.#goOn(this.#deps.sessions.find(sessionid, errand), action, payload);
  }

  async #list(asker: Jid): Promise<ServerNode> {
    const items = [];
    for (const command of this.#deps.commands.values()) {
      if (!(await command.isFor(asker))) continue;
      items.push({ jid: this.#deps.responder.toString(), node: command.node, name: command.name });
    }
    return {
      identities: [{ category: 'automation', type: 'command-list' }],
      features: [NS_COMMANDS],
      forms: [],
      items,
    };
  }

  async #commandFor({ node, asker }: Errand): Promise<AdHocCommand> {
    if (node === '') throw new StanzaError('bad-request', 'which command?');
    const command = this.#deps.commands.get(node);
    if (!command) throw new StanzaError('item-not-found');
    if (!(await command.isFor(asker))) throw notForYou();
    return command;
  }

  /** Who knows the form already may send it along. @spec XEP-0317 §3.3 */
  async #begin(command: AdHocCommand, action: Action, errand: Errand, payload: Element): Promise<Element> {
    if (action !== 'execute') throw badRequest('bad-action', 'there is nothing to go on with');
    const stage = await command.begin(errand.asker);
    if (!('form' in stage)) return this.#passing(errand, stage);
    if (!submitted(payload)) return pageOf(this.#deps.sessions.open(errand, stage));
    const next = await stage.next(readFilled(stage.form, submitted(payload)));
    return 'form' in next ? pageOf(this.#deps.sessions.open(errand, next)) : this.#passing(errand, next);
  }

  /** What is over with its first answer. */
  #passing({ node }: Errand, outcome: Outcome): Element {
    return outcomeOf({ node, id: this.#deps.sessions.passing() }, outcome);
  }

  async #goOn(session: CommandSession, action: Action, payload: Element): Promise<Element> {
    if (action === 'cancel') {
      this.#deps.sessions.end(session);
      return answerOf(session, 'canceled');
    }
    if (action === 'prev') return previous(session);
    const { asking } = lastOf(session);
    if (action !== 'execute' && action !== forward(asking)) {
      throw badRequest('bad-action', `this form is for ${forward(asking)}`);
    }
    const fields = readFilled(asking.form, submitted(payload));
    const next: Stage = await asking.next(fields);
    if ('form' in next) {
      lastOf(session).filled = fields;
      session.pages.push({ asking: next });
      return pageOf(session);
    }
    this.#deps.sessions.end(session);
    return outcomeOf(session, next);
  }
}

function infoOf({ name }: AdHocCommand, isAllowed: boolean): ServerNode {
  if (!isAllowed) throw notForYou();
  return {
    identities: [{ category: 'automation', type: 'command-node', name }],
    features: [NS_COMMANDS, NS_DATA],
    forms: [],
  };
}

/**
 * A language that is asked for on the command itself; that of the stanza is the one that the client
 * speaks anyway, and says nothing.
 *
 * @spec XEP-0050 §3.7
 */
function checkLanguage({ attrs }: Element): void {
  const language = attrs['xml:lang'] ?? LANGUAGE;
  if (language.split('-')[0]?.toLowerCase() !== LANGUAGE) {
    throw badRequest('bad-locale', 'there is English only');
  }
}

function previous(session: CommandSession): Element {
  if (session.pages.length < 2) throw badRequest('bad-action', 'this is the first form');
  session.pages.pop();
  return pageOf(session);
}

function lastOf({ pages }: CommandSession): CommandSession['pages'][0] {
  return pages.at(-1) ?? pages[0];
}

/** What a form is sent back with. */
function forward({ leadsOn }: Asking): 'next' | 'complete' {
  return leadsOn ? 'next' : 'complete';
}

/** @spec XEP-0050 §2.4.2 §3.4 */
function pageOf(session: CommandSession): Element {
  const { asking, filled } = lastOf(session);
  const onward = forward(asking);
  const actions = xml('actions', { execute: onward });
  if (session.pages.length > 1) actions.append(xml('prev'));
  actions.append(xml(onward));
  return answerOf(session, 'executing', actions, formToFill(filledAgain(asking.form, filled)));
}

function outcomeOf(session: Pick<CommandSession, 'id' | 'node'>, { result, notes = [] }: Outcome): Element {
  const answer = answerOf(session, 'completed', ...notes.map(({ type, text }) => xml('note', { type }, text)));
  return result ? answer.append(result) : answer;
}

function answerOf(
  { id, node }: Pick<CommandSession, 'id' | 'node'>,
  status: 'executing' | 'completed' | 'canceled',
  ...children: readonly Element[]
): Element {
  return xml('command', { xmlns: NS_COMMANDS, sessionid: id, node, status, 'xml:lang': LANGUAGE }, ...children);
}
