import { xml, type Element } from '../../xml/index.ts';
import { NS_DATA } from '../ns.ts';

/** One field of a form that reports data. @spec XEP-0004 §3.2 */
export interface FormField {
  readonly var: string;
  readonly values: readonly string[];
}

/** The values of each field of a form, by its name. @spec XEP-0004 §3.2 */
export function fieldsOf(form: Element): ReadonlyMap<string, readonly string[]> {
  const fields = form.getChildElements().filter((child) => child.getName() === 'field');
  return new Map(fields.map((field) => [field.attrs['var'] ?? '', valuesOf(field)]));
}

function valuesOf(field: Element): string[] {
  return field
    .getChildElements()
    .filter((child) => child.getName() === 'value')
    .map((value) => value.text);
}

/**
 * A form of type `result` in the scope of a FORM_TYPE.
 *
 * @spec XEP-0068 §3.1
 */
export function resultForm(formType: string, fields: readonly FormField[]): Element {
  return xml(
    'x',
    { xmlns: NS_DATA, type: 'result' },
    xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, formType)),
    ...fields.map((field) => xml('field', { var: field.var }, ...field.values.map((value) => xml('value', {}, value)))),
  );
}
