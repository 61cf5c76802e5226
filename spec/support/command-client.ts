import type { Element } from '../../lib/xml/index.ts';
import { NS_COMMANDS, NS_DATA } from '../../lib/xmpp/ns.ts';
import { fieldsOf } from '../../lib/xmpp/payloads/data-form.ts';
import { errorOf, settled, type FakeClient } from '../core/world.ts';

/** What takes a thread takes some turns of the event loop. */
const MAX_TRIES = 50_000;

/** What somebody fills in, by the name of the field. */
export type Filled = Readonly<Record<string, string | readonly string[]>>;

/** Attributes of a `<command/>`. */
export interface CommandAttributes {
  readonly node: string;
  readonly sessionid?: string | undefined;
  readonly action?: string;
  readonly 'xml:lang'?: string;
}

/** A client as a spec plays it that runs commands of one address. */
export class CommandClient {
  readonly client: FakeClient;
  readonly #responder: string;
  readonly #settle: () => Promise<void>;

  constructor(client: FakeClient, responder: string, settle: () => Promise<void> = settled) {
    this.client = client;
    this.#responder = responder;
    this.#settle = settle;
  }

  /** The answer to one IQ; other stanzas that come before it are forgotten. */
  async asks(type: 'get' | 'set', payload: string): Promise<Element> {
    this.client.sends(`<iq type='${type}' id='exec1' to='${this.#responder}'>${payload}</iq>`);
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      await this.#settle();
      const answer = this.client.take().find(({ name, attrs }) => name === 'iq' && attrs['id'] === 'exec1');
      if (answer) return answer;
    }
    throw new Error('no answer');
  }

  /** One step of a command. */
  async runs(attributes: CommandAttributes, filled?: Filled | string): Promise<Element> {
    const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
    const text = given.map(([name, value]) => ` ${name}='${value}'`).join('');
    const payload = typeof filled === 'string' ? filled : filled ? formOf(filled) : '';
    return this.asks('set', `<command xmlns='${NS_COMMANDS}'${text}>${payload}</command>`);
  }

  /** Asks for the form of a command and fills it in. */
  async does(node: string, filled: Filled): Promise<Element> {
    const { sessionid } = commandIn(await this.runs({ node })).attrs;
    return this.runs({ node, sessionid }, filled);
  }

  /** The nodes of the commands that it sees. */
  async sees(): Promise<string[]> {
    const answer = await this.asks(
      'get',
      `<query xmlns='http://jabber.org/protocol/disco#items' node='${NS_COMMANDS}'/>`,
    );
    const items = answer.getChildElements()[0]?.getChildElements() ?? [];
    return items.map(({ attrs }) => attrs['node'] ?? '');
  }
}

/** The `<command/>` of an answer. */
export function commandIn(answer: Element): Element {
  const command = answer.child('command', NS_COMMANDS);
  if (answer.attrs['type'] !== 'result' || !command) throw new Error(`no command in ${answer.toString()}`);
  return command;
}

/** How an answer ends: its status and its notes, or what is wrong, with the condition of XEP-0050. */
export function outcomeIn(answer: Element): string {
  const wrong = errorOf(answer);
  if (wrong !== undefined) {
    const error = answer.getChildElements().find(({ name }) => name === 'error');
    const specific = error?.getChildElements().find((child) => child.getNS() === NS_COMMANDS);
    return specific ? `${wrong} ${specific.name}` : wrong;
  }
  const command = commandIn(answer);
  const notes = command.getChildElements().filter(({ name }) => name === 'note');
  return [command.attrs['status'], ...notes.map(({ attrs, text }) => `${attrs['type']}: ${text}`)].join(' ');
}

/** What an answer allows: `next*` is the default of several. */
export function actionsIn(answer: Element): string[] {
  const actions = commandIn(answer).child('actions', NS_COMMANDS);
  const names = actions?.getChildElements().map(({ name }) => name) ?? [];
  return names.map((name) => (name === actions?.attrs['execute'] ? `${name}*` : name));
}

/** The form of an answer. */
export function formIn(answer: Element): Element {
  const form = commandIn(answer).child('x', NS_DATA);
  if (!form) throw new Error(`no form in ${answer.toString()}`);
  return form;
}

/** The fields of the form of an answer with their types: `accountjid jid-single`. */
export function questionsIn(answer: Element): string[] {
  const fields = formIn(answer)
    .getChildElements()
    .filter(({ name }) => name === 'field');
  return fields.map((field) => {
    const required = field.getChildElements().some(({ name }) => name === 'required');
    return [field.attrs['var'], field.attrs['type'], required ? 'required' : undefined].filter(Boolean).join(' ');
  });
}

/** The values of the form of an answer, by field. */
export function valuesIn(answer: Element): Record<string, string | string[]> {
  const fields = [...fieldsOf(formIn(answer))].map(([name, values]) => [
    name,
    values.length === 1 ? values[0] : [...values],
  ]);
  return Object.fromEntries(fields) as Record<string, string | string[]>;
}

/** The rows of the table of an answer. */
export function rowsIn(answer: Element): string[][] {
  const items = formIn(answer)
    .getChildElements()
    .filter(({ name }) => name === 'item');
  return items.map((item) => item.getChildElements().map((field) => field.getChildElements()[0]?.text ?? ''));
}

function formOf(filled: Filled): string {
  const fields = Object.entries(filled).map(([name, value]) => {
    const values = typeof value === 'string' ? [value] : value;
    return `<field var='${name}'>${values.map((text) => `<value>${text}</value>`).join('')}</field>`;
  });
  return `<x xmlns='${NS_DATA}' type='submit'>${fields.join('')}</x>`;
}
