import { xml, type Element } from '../../xml/index.ts';
import { NS_DATA } from '../ns.ts';

/** One field of a form that reports data. @spec XEP-0004 §3.2 */
export interface FormField {
  readonly var: string;
  readonly values: readonly string[];
  readonly type?: string | undefined;
  readonly label?: string | undefined;
}

/** A form that reports several things of one kind. @spec XEP-0004 §3.4 */
export interface Report {
  readonly title: string;
  readonly columns: readonly { readonly var: string; readonly label?: string | undefined }[];
  /** The values of each row, in the order of the columns. */
  readonly rows: readonly (readonly string[])[];
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
    xml('field', { var: 'FORM_TYPE', type: 'hidden' }, valueOf(formType)),
    ...fields.map(({ var: name, type, label, values }) =>
      xml('field', { type, label, var: name }, ...values.map(valueOf)),
    ),
  );
}

/** A table as a form of type `result`. @spec XEP-0004 §3.4 */
export function reportForm({ title, columns, rows }: Report): Element {
  const head = columns.map(({ var: name, label }) => xml('field', { var: name, label }));
  const items = rows.map((row) =>
    xml('item', {}, ...columns.map(({ var: name }, index) => xml('field', { var: name }, valueOf(row[index] ?? '')))),
  );
  return xml('x', { xmlns: NS_DATA, type: 'result' }, xml('title', {}, title), xml('reported', {}, ...head), ...items);
}

function valueOf(text: string): Element {
  return xml('value', {}, text);
}
