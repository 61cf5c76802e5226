/** The name and version that clients and operators are told. */
export const SOFTWARE = { name: 'Holdfast', version: '0.1.0' } as const;
