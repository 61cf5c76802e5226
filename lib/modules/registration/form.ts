import { xml, type Element } from '../../xml/index.ts';
import { NS_REGISTER } from '../../xmpp/ns.ts';
import { fieldsOf } from '../../xmpp/payloads/data-form.ts';
import { formToFill } from '../../xmpp/payloads/form.ts';
import { NS_DATA } from '../../xmpp/ns.ts';

/** What somebody filled in; empty is the same as left out. */
export interface FilledIn {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly oldPassword?: string | undefined;
  readonly token?: string | undefined;
}

/** What an account needs: the form, and the fields for clients that know no forms. @spec XEP-0077 §3.1 §6 */
export function registrationQuery(username?: string): Element {
  const instructions = 'Choose a username and a password.';
  return xml(
    'query',
    { xmlns: NS_REGISTER },
    xml('instructions', {}, instructions),
    username === undefined ? xml('username') : xml('username', {}, username),
    xml('password'),
    form(instructions, username, false),
  );
}

/** The same where an invitation is needed, for which the plain fields have no place. @spec XEP-0077 §4 §6 */
export function invitedQuery(): Element {
  const instructions = 'Choose a username and a password. You need an invitation to register here.';
  return xml(
    'query',
    { xmlns: NS_REGISTER },
    xml('instructions', {}, instructions),
    form(instructions, undefined, true),
  );
}

/** Reads the form if there is one, else the plain fields. @spec XEP-0077 §6 */
export function readFilledIn(query: Element): FilledIn {
  const submitted = query.child('x', NS_DATA);
  const fields = submitted && fieldsOf(submitted);
  const value = (name: string): string | undefined =>
    (fields ? fields.get(name)?.[0] : query.child(name, NS_REGISTER)?.text) || undefined;
  return {
    username: value('username')?.trim(),
    password: value('password'),
    oldPassword: value('old_password'),
    token: value('token')?.trim(),
  };
}

function form(instructions: string, username: string | undefined, needsToken: boolean): Element {
  return formToFill({
    formType: NS_REGISTER,
    title: 'Registration',
    instructions,
    questions: [
      { var: 'username', type: 'text-single', label: 'Username', isRequired: true, value: username },
      { var: 'password', type: 'text-private', label: 'Password', isRequired: true },
      ...(needsToken
        ? [{ var: 'token', type: 'text-single', label: 'Invitation code', isRequired: true } as const]
        : []),
    ],
  });
}
