/** The smallest jar that there is: an archive without entries. What stands before it is a part of a jar as well. */
export const emptyJar = `PK\u0005\u0006${'\0'.repeat(18)}`;
