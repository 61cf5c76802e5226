import { xml, type Element } from '../../xml/index.ts';
import { NS_DATA } from '../ns.ts';

/** One field of a form that reports data. @spec XEP-0004 §3.2 */
export interface FormField {
  readonly var: string;
  readonly values: readonly string[];
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
