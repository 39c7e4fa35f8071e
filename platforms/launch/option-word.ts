/** An option as one word of a text that is cut at blanks outside quotes, as Spark and services around it do. */
export function optionWord(option: string): string {
  return /[\s"'\\]/.test(option) ? `"${option.replaceAll(/["\\]/g, '\\$&')}"` : option;
}
