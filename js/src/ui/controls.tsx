// Small controls that every dashboard uses.
import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { compilePattern } from "../state/pattern";
import type { Setting } from "../state/settings";
import { Icon } from "./icons";

export function IconButton(props: {
  icon: Parameters<typeof Icon>[0]["name"];
  label: string;
  pressed?: boolean;
  /** Of a button that opens something: whether it is open. */
  expanded?: boolean;
  onClick: (event: MouseEvent) => void;
}) {
  return (
    <button
      type="button"
      class="icon"
      title={props.label}
      aria-label={props.label}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}

/** A row of buttons of which one is on. */
export function Segments<T extends string>(props: {
  label: string;
  options: readonly { value: T; text: string; title?: string }[];
  setting: Setting<T> | Signal<T>;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out inline everywhere
    <span class="segments" role="group" aria-label={props.label}>
      {props.options.map(({ value, text, title }) => (
        <button
          key={value}
          type="button"
          title={title}
          aria-pressed={props.setting.value === value}
          onClick={() => {
            props.setting.value = value;
          }}
        >
          {text}
        </button>
      ))}
    </span>
  );
}

/** A button that is on or off. */
export function Toggle(props: {
  setting: Setting<boolean> | Signal<boolean>;
  title: string;
  children: string;
}) {
  return (
    <span class="segments">
      <button
        type="button"
        title={props.title}
        aria-pressed={props.setting.value}
        onClick={() => {
          props.setting.value = !props.setting.value;
        }}
      >
        {props.children}
      </button>
    </span>
  );
}

/** A filter box for a regular expression; says what is wrong with a broken one. */
export function Filter(props: { setting: Setting<string>; placeholder: string }) {
  const { error } = compilePattern(props.setting.value);
  return (
    <input
      class="filter"
      type="search"
      spellcheck={false}
      placeholder={props.placeholder}
      aria-label={props.placeholder}
      aria-invalid={error ? "true" : "false"}
      title={error || "A regular expression, case ignored"}
      value={props.setting.value}
      onInput={(event) => {
        props.setting.value = event.currentTarget.value;
      }}
    />
  );
}

/**
 * A name with its directory dimmed. Where room is short the directory is cut, never the part that
 * tells names apart.
 */
export function Name(props: { text: string; shown?: string; children?: ComponentChildren }) {
  const { text, children } = props;
  const shown = props.shown ?? text;
  const slash = shown.lastIndexOf("/", shown.length - 2) + 1;
  return (
    <span class="name" title={text}>
      {children}
      {slash > 0 && <em>{shown.slice(0, slash)}</em>}
      <b>{shown.slice(slash)}</b>
    </span>
  );
}

/** One clear sentence where there is nothing to show. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty" role="status">
      <strong>{title}</strong>
      {children && <span>{children}</span>}
    </div>
  );
}

/** A labelled list to choose from. */
export function Select<T extends string>(props: {
  label: string;
  title?: string;
  value: T;
  options: readonly { value: T; text: string }[];
  onChange: (value: T) => void;
}) {
  return (
    <label class="field" title={props.title}>
      <span>{props.label}</span>
      <select
        value={props.value}
        onChange={(event) => props.onChange(event.currentTarget.value as T)}
      >
        {props.options.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A labelled slider that shows its value. */
export function Slider(props: {
  label: string;
  title?: string;
  min: number;
  max: number;
  step: number;
  value: number;
  text?: string;
  onInput: (value: number) => void;
}) {
  const { label, title, value, text, onInput, ...range } = props;
  return (
    <label class="field" title={title}>
      <span>{label}</span>
      <input
        type="range"
        {...range}
        value={value}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
      />
      <output>{text ?? value}</output>
    </label>
  );
}

/** A labelled box to tick. */
export function Check(props: {
  label: string;
  title?: string;
  value: boolean;
  onChange: (value: boolean) => void;
}) {
  return (
    <label class="field check" title={props.title}>
      <input
        type="checkbox"
        checked={props.value}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>{props.label}</span>
    </label>
  );
}
