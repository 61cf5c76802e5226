import type { Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_DATA } from '../../xmpp/ns.ts';
import { fieldsOf } from '../../xmpp/payloads/data-form.ts';
import type { Form, Question } from '../../xmpp/payloads/form.ts';
import type { FormFields } from '../../xmpp/payloads/form-fields.ts';
import { badRequest } from './refusals.ts';

const BOOLEANS = new Set(['0', '1', 'false', 'true']);

/** The form that somebody sent with a command. One of type `cancel` counts as well. @spec XEP-0050 §3.5.1 */
export function submitted(command: Element): Element | undefined {
  const form = command.child('x', NS_DATA);
  const type = form?.attrs['type'];
  return type === 'submit' || type === 'cancel' ? form : undefined;
}

/** What was filled in, when it fits the form. @throws StanzaError bad-payload @spec XEP-0050 §4.4 */
export function readFilled(form: Form, filled: Element | undefined): FormFields {
  if (!filled) throw badRequest('bad-payload', 'the form is missing');
  const fields = fieldsOf(filled);
  const [formType = form.formType] = fields.get('FORM_TYPE') ?? [];
  if (formType !== form.formType) throw badRequest('bad-payload', 'this is another form');
  for (const question of form.questions) check(question, fields.get(question.var) ?? []);
  return fields;
}

/** The same form with what was filled in. @spec XEP-0050 §2.4.2 */
export function filledAgain(form: Form, fields: FormFields | undefined): Form {
  if (!fields) return form;
  const questions = form.questions.map((question) =>
    question.type === 'text-private' ? question : { ...question, value: fields.get(question.var) ?? question.value },
  );
  return { ...form, questions };
}

function check({ var: name, type, isRequired, options }: Question, values: readonly string[]): void {
  const given = values.filter((value) => value !== '');
  if (isRequired && given.length === 0) throw badRequest('bad-payload', `${name} is needed`);
  if (given.length > 1 && !type.endsWith('-multi')) throw badRequest('bad-payload', `${name} has one value`);
  const isFitting = given.every((value) => {
    if (type === 'boolean') return BOOLEANS.has(value);
    if (type.startsWith('jid-')) return Jid.parse(value) !== undefined;
    if (type.startsWith('list-')) return options?.some((option) => option.value === value) ?? false;
    return true;
  });
  if (!isFitting) throw badRequest('bad-payload', `${name} cannot be that`);
}
