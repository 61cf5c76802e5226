/** Requirements of XEP-0252: BOSH as a script. */
export const XEP_0252 = `
J-1-01 | 1 | MAY | CL | Clients use script syntax only where nothing else is possible
J-2.1-01 | 2.1 | SHOULD | CM | Who does not support it answers with 'item-not-found' in that syntax, or with status 404
J-2.1-02 | 2.1 | MUST | both | A session that began in script syntax goes on in it
J-2.1-03 | 2.1, 2.3 | MUST | CM | Responses have no line breaks
J-2.2-01 | 2.2 | SHOULD | CL | The wrapper in the query is percent-encoded
J-2.2-02 | 2.2 | MUST | CL | A request is a GET with the wrapper as its query, and asks for no cached answer
J-2.2-03 | 2.2 | MUST | both | What is inside the wrapper is a stretch of the stream: an element may begin in one request and end in another
J-2.3-01 | 2.3 | MUST | CM | Quotes, backslashes, line ends and format characters are escaped
J-2.3-02 | 2.3 | MUST | CM | A response is the wrapper as the string argument of a call of '_BOSH_'
J-2.3-03 | 2.3 | MUST | CM | Its Content-Type is that of a script, unless 'content' says otherwise
J-2.3-04 | 2.3, 4 | MUST | CM | No response may be cached
J-2.3-05 | 2.3 | MUST | CM | Wrappers for the client hold whole stanzas
J-4-01 | 4 | MUST / MUST NOT | CL | Script syntax is used only with connection managers that are trusted, and never in the clear by a page that came over TLS
`;
