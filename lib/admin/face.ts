import type { RosterItem } from '../storage/store.ts';
import type { Jid } from '../xmpp/jid.ts';
import type { FormField } from '../xmpp/payloads/data-form.ts';
import type { Question } from '../xmpp/payloads/form.ts';
import type { FormFields } from '../xmpp/payloads/form-fields.ts';
import type { AdminTarget } from './target.ts';

/** FORM_TYPE of the forms here. @spec XEP-0133 §8.2 */
export const NS_ADMIN = 'http://jabber.org/protocol/admin';

/** A command of the registry as administrators of a domain see it in a chat client. @spec XEP-0133 */
export interface Face<Output = unknown> {
  readonly node: string;
  /** Its name for people. */
  readonly name: string;
  /** It concerns all domains: only for those who administer all of them. */
  readonly isForAll?: boolean;
  /** FORM_TYPE, when it is not that of XEP-0133. */
  readonly formType?: string;
  /** What it asks for; without, it is run at once. */
  readonly form?: FaceForm;
  /** What the command is run with, once for each. By default once, with nothing. @throws AdminError */
  inputs?(fields: FormFields, asker: Asker): readonly object[];
  /** What administrators are told beside, or instead of, the words for the command line. */
  result?(outputs: readonly Output[], fields: FormFields): FaceResult;
}

interface FaceForm {
  readonly title: string;
  readonly instructions: string;
  /** They may hold what is there now. */
  questions(target: AdminTarget, domain: string): readonly Question[] | Promise<readonly Question[]>;
}

interface FaceResult {
  readonly fields: readonly FormField[];
  /** Of one account. */
  readonly roster?: readonly RosterItem[];
}

/** Who runs it where. */
interface Asker {
  readonly domain: string;
  readonly jid: Jid;
}

export const ACCOUNT: Question = { var: 'accountjid', type: 'jid-single', label: 'The account', isRequired: true };
export const ACCOUNTS: Question = { var: 'accountjids', type: 'jid-multi', label: 'The accounts', isRequired: true };

const SIZES = ['25', '50', '75', '100', '150', '200', 'none'];

/** @spec XEP-0133 §4.18 */
export const MAX_ITEMS: Question = {
  var: 'max_items',
  type: 'list-single',
  label: 'Maximum number of items to show',
  options: SIZES.map((value) => ({ label: value === 'none' ? 'None' : value, value })),
};

/** The node of a command of XEP-0133. */
export function adminNode(name: string): string {
  return `${NS_ADMIN}#${name}`;
}

/** The one value of a field; empty when there is none. */
export function valueOf(fields: FormFields, name: string): string {
  return fields.get(name)?.[0] ?? '';
}

/** Whether a field says yes. @spec XEP-0004 §3.3 */
export function isYes(fields: FormFields, name: string): boolean {
  return ['1', 'true'].includes(valueOf(fields, name));
}

/** A text of several lines. */
export function textOf(fields: FormFields, name: string): string {
  return (fields.get(name) ?? []).join('\n');
}

/** The same command for each of the accounts. */
export function eachAccount(fields: FormFields): { jid: string }[] {
  return (fields.get('accountjids') ?? []).map((jid) => ({ jid }));
}

/** As many as were asked for. */
export function atMost(items: readonly string[], fields: FormFields): readonly string[] {
  const most = Number(valueOf(fields, 'max_items'));
  return most > 0 ? items.slice(0, most) : items;
}
