/** A tag; quoted values may have anything in them. */
const TAG = /<([/?!]?)([^\s/>]+)(?:[^"'>]|"[^"]*"|'[^']*')*?(\/?)>/g;
const STREAM = 'stream:stream';

/** Cuts the text of an XML stream into its first-level elements. It believes the server: nothing is checked. */
export class ElementSplitter {
  #text = '';
  /** Up to where tags were counted. */
  #position = 0;
  #depth = 0;
  /** The end of the last whole element. */
  #end = 0;

  /** Returns the elements that are whole now, as one text. */
  push(text: string): string {
    this.#text += text;
    TAG.lastIndex = this.#position;
    for (let tag = TAG.exec(this.#text); tag; tag = TAG.exec(this.#text)) this.#count(tag, TAG.lastIndex);
    const whole = this.#text.slice(0, this.#end);
    this.#text = this.#text.slice(this.#end);
    this.#position -= this.#end;
    this.#end = 0;
    return whole;
  }

  #count([, mark, name, slash]: RegExpExecArray, end: number): void {
    this.#position = end;
    if (name === STREAM || mark === '?' || mark === '!') {
      // The envelope is no element of its own: what was before it is no part of one either.
      if (this.#depth === 0) this.#drop(end);
      return;
    }
    if (mark === '/') this.#depth -= 1;
    else if (slash === '') this.#depth += 1;
    if (this.#depth === 0) this.#end = end;
  }

  #drop(end: number): void {
    this.#text = this.#text.slice(0, this.#end) + this.#text.slice(end);
    this.#position = this.#end;
    TAG.lastIndex = this.#end;
  }
}
