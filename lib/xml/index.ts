/** XML as XMPP knows it: one element type, one parser, one writer. */
export { copyOf, Element, xml, type ElementNode } from './element.ts';
export { equal } from './equal.ts';
export { XmlFramer, type FramerError, type FramerEvent } from './framer.ts';
export { attributeNS, standAlone } from './namespaces.ts';
export { parse, parseBytes, type ParseOptions } from './parser.ts';
export { escapeAttribute, escapeText, serialize } from './writer.ts';
export { XML_LIMITS, type XmlCondition, type XmlError, type XmlLimits } from './xml-error.ts';
