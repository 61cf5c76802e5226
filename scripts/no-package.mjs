// Stands in the client library for @xmpp/xml, whose element lends its prototype to that of the server and nothing else.
export class Element {}
