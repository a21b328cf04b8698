// Keys that move between the cards, while a card itself has the focus and not a control in it.

const MOVES: Record<string, (at: number, count: number) => number> = {
  ArrowRight: (at) => at + 1,
  ArrowDown: (at) => at + 1,
  ArrowLeft: (at) => at - 1,
  ArrowUp: (at) => at - 1,
  Home: () => 0,
  End: (_at, count) => count - 1,
};

export function moveBetweenCards(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const move = MOVES[event.key];
  const card = event.target as HTMLElement;
  if (!move || !card.classList.contains("card")) return;
  const cards = [...event.currentTarget.querySelectorAll<HTMLElement>(".card")];
  const next = cards[move(cards.indexOf(card), cards.length)];
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}
