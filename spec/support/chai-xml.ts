import { use } from 'chai';
import { equal, Element, serialize } from '../../lib/xml/index.ts';
import { read } from './read-xml.ts';

declare global {
  // The way in which chai's types are extended.
  namespace Chai {
    interface Assertion {
      /** Means the same XML: expanded names, attributes in any order, joined texts. */
      equalXml(expected: Element | string): Assertion;
    }
  }
}

function asElement(value: unknown): Element {
  return value instanceof Element ? value : read(String(value));
}

use((chai) => {
  chai.Assertion.addMethod(
    'equalXml',
    function (
      this: { _obj: unknown; assert: Chai.AssertionStatic['prototype']['assert'] },
      expected: Element | string,
    ) {
      const actual = asElement(this._obj);
      const wanted = asElement(expected);
      this.assert(
        equal(actual, wanted),
        'expected #{act} to mean #{exp}',
        'expected #{act} not to mean #{exp}',
        serialize(wanted),
        serialize(actual),
      );
    },
  );
});
