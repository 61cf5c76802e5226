import { xml, type Element } from '../../xml/index.ts';
import { NS_DATA } from '../ns.ts';

/** One of the values that a list offers. @spec XEP-0004 §3.2 */
interface Option {
  readonly label?: string | undefined;
  readonly value: string;
}

/** One field of a form that asks for data. @spec XEP-0004 §3.2 */
export interface Question {
  readonly var: string;
  readonly type:
    | 'boolean'
    | 'jid-single'
    | 'jid-multi'
    | 'list-single'
    | 'list-multi'
    | 'text-multi'
    | 'text-private'
    | 'text-single';
  readonly label: string;
  readonly isRequired?: boolean | undefined;
  /** What is filled in already. */
  readonly value?: string | readonly string[] | undefined;
  /** What a list offers. */
  readonly options?: readonly Option[] | undefined;
}

export interface Form {
  readonly formType?: string | undefined;
  readonly title: string;
  readonly instructions?: string | undefined;
  readonly questions: readonly Question[];
}

/** A form to be filled in. @spec XEP-0004 §3.1 @spec XEP-0068 §3.1 */
export function formToFill({ formType, title, instructions, questions }: Form): Element {
  const form = xml('x', { xmlns: NS_DATA, type: 'form' }, xml('title', {}, title));
  if (instructions !== undefined) form.append(xml('instructions', {}, instructions));
  if (formType !== undefined) form.append(xml('field', { type: 'hidden', var: 'FORM_TYPE' }, valueOf(formType)));
  return form.append(...questions.map(fieldOf));
}

function fieldOf({ var: name, type, label, isRequired, value = [], options = [] }: Question): Element {
  const field = xml('field', { type, label, var: name });
  if (isRequired) field.append(xml('required'));
  field.append(...(typeof value === 'string' ? [value] : value).map(valueOf));
  return field.append(...options.map((option) => xml('option', { label: option.label }, valueOf(option.value))));
}

function valueOf(text: string): Element {
  return xml('value', {}, text);
}
