// The width of cards, which all tabs share.
import type { Session } from "../../state/session";
import { Slider } from "../../ui/controls";

export function CardWidth({ session }: { session: Session }) {
  const { cardWidth } = session.settings;
  return (
    <Slider
      label="Width"
      min={200}
      max={1200}
      step={20}
      value={cardWidth.value}
      text={`${cardWidth.value} px`}
      onInput={(value) => {
        cardWidth.value = value;
      }}
    />
  );
}
