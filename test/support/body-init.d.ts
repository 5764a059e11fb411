/** A name of the DOM that the client's generated code uses and the types of Node.js lack. */
type BodyInit = NonNullable<RequestInit['body']>;
