import type { Element } from '../../xml/index.ts';
import { NS_DATA } from '../ns.ts';

/** What somebody filled in: the values of each field. */
export type FormFields = ReadonlyMap<string, readonly string[]>;

/** A form that was sent back: filled in, or given up. @spec XEP-0004 §3.1 */
export type FilledForm = { readonly type: 'submit'; readonly fields: FormFields } | { readonly type: 'cancel' };

/**
 * The first form of type `submit` or `cancel` below `parent` in the scope of a FORM_TYPE; `cancel`
 * needs none. Undefined when there is no such form.
 *
 * @spec XEP-0004 §3 @spec XEP-0068 §3.1
 */
export function filledForm(parent: Element | undefined, formType: string): FilledForm | undefined {
  const form = parent?.child('x', NS_DATA);
  if (!form) return undefined;
  const { type } = form.attrs;
  if (type === 'cancel') return { type };
  const fields = readFields(form);
  return type === 'submit' && fields.get('FORM_TYPE')?.[0] === formType ? { type, fields } : undefined;
}

function readFields(form: Element): FormFields {
  const fields = form.getChildElements().filter((child) => child.getName() === 'field');
  return new Map(
    fields.map((field) => [
      field.attrs['var'] ?? '',
      field
        .getChildElements()
        .filter((child) => child.getName() === 'value')
        .map((value) => value.text),
    ]),
  );
}
