const ANEW = String.raw`(?<!\b(?:to|enable|allow|please|disable|no|for) )retry(?:ing)?\b(?! failed)|retried|try(?:ing)? (?:it )?(?:again|once more)|re-?r[ua]n(?:ning)?\b(?= (?:it|step|task|with|on)\b)|resubmit(?:ted|ting)|respawn(?:ed|ing)`;
const OTHERWISE = String.raw`fall(?:ing|s)? ?back|fell back|trying (?:another|more|smaller|fewer|less|lower)\b|using \S{1,40}(?: \S{1,40}){0,3} instead|instead[.,]?$|with a sample\b|(?:switch|spill|mov)(?:ed|ing) (?:\w+ ){0,2}to (?:disk|cpu|host)\b|degraded mode`;
const SMALLER = String.raw`smaller (?:batch|chunk)|halv(?:ed|ing)|(?:reduc|lower|decreas|shrink|shrunk)(?:ed|ing)? (?:the )?(?:batch|chunk|window|tile|block)(?:[ _]?size)?s? (?:by|to|from)\b|(?:batch|chunk)(?:[ _]?size)? (?:was |is )?(?:reduced|lowered|decreased)|split(?:ting)? (?:\w+ ){1,3}in(?:to)?\b`;
const WELL = String.raw`recover(?:ed|ing)|(?:continu|resum|proceed)(?:ed|ing)\b|going on\b|goes on\b|skipp(?:ed|ing)|(?:attempt|retry|try)(?: \d+)? succeeded|succeeded on (?:retry|attempt)|(?:clear|free)(?:ed|d|ing) (?:the )?(?:\w+ )?cache`;

/** The program says that it went on after what it printed before: anew, otherwise, with less, or simply. */
const WENT_ON = new RegExp(String.raw`\b(?:${ANEW}|${OTHERWISE}|${SMALLER}|${WELL})|, ignor(?:ed|ing)\b`, 'i');

/** A sentence that tells the reader what to do tells nothing of what the program did. */
const ADVICE =
  /^(?:Please|Try|Use|Consider|Refer|Reduce|Increase|Enable|Adjust|See|Check|Pass|You (?:can|may|should|could)|To (?:adjust|disable|enable|avoid|prevent|fix))\b|\b(?:consider|try|by|may|might|could|should|recommend\w*|suggest\w*) (?:\w+ ){0,2}(?:reduc|lower|decreas|split|switch|mov|clear|free)\w*|\bdeprecat\w*|\buse \S{1,60} instead/i;

/** True for a line in which a program says that it lives on. */
export function tellsOfGoingOn(text: string): boolean {
  return WENT_ON.test(text) && text.split(/(?<=[.!?;])\s+/).some((one) => WENT_ON.test(one) && !ADVICE.test(one));
}
