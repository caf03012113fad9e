/**
 * A text as it has to be given to Spark, so that the program in a container gets it as it is. YARN puts it between double quotes of a shell's script, and
 * replaces `{{NAME}}` by a variable there, and `<LOG_DIR>` and `<CPS>` by words of its own. `spark`: what Spark escapes by itself.
 */
export const throughYarn = (text: string, spark: 'arguments' | 'nothing'): string =>
  text
    .replace(spark === 'arguments' ? /[\\`]/g : /[\\`$"]/g, '\\$&')
    // A line's end behind a backslash is nothing to the shell, and parts what YARN looks for.
    .replace(/\{(?=\{)|\}(?=\})|<(?=LOG_DIR>|CPS>)/g, '$&\\\n');
