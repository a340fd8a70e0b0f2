/**
 * Regenerates static/tokens.css and static/icons.svg from the Fluent 2 packages.
 *
 *   npm install --prefix FOLDER @fluentui/tokens@1.0.0-alpha.24 @fluentui/svg-icons@1.1.343
 *   node tools/fluent_tokens.mjs FOLDER            writes both files
 *   node tools/fluent_tokens.mjs FOLDER --check    changes nothing; exits 1 if either is stale
 *
 * Only what is used is kept. A token comes along when a style sheet beside
 * tokens.css says var(--itsName); an icon when it is listed in ICONS below.
 * Node is needed for this script alone, never to run or to install the service.
 *
 * Themes: light is the default and what is printed; dark and contrast follow the
 * reader's system unless <html data-theme="light|dark|contrast"> says otherwise.
 */
import { createRequire } from "node:module";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const STATIC = join(HERE, "..", "plugin", "atagande_plugin", "web", "static");

/** Our own names, for places where one Fluent token does not reach AA in all three themes.
 *  [light, dark, contrast]; a Fluent token's name, or a literal. */
const OWN = {
  linkText: ["colorBrandForegroundLink", "colorBrandForeground2", "colorBrandForegroundLink"],
  linkTextHover: ["colorBrandForegroundLinkHover", "colorBrandForeground2Pressed", "#ffffff"],
  rowHover: ["colorNeutralBackground1Hover", "#333333", "#000000"],
  accentLine: ["colorCompoundBrandStroke", "colorBrandForeground1", "colorCompoundBrandStroke"],
  statusMet: ["colorStatusSuccessForeground1", "colorStatusSuccessForeground3", "#3ff23f"],
  statusPartly: ["colorStatusWarningForeground3", "colorStatusWarningForeground3", "#ffff00"],
  statusNotMet: ["colorStatusDangerForeground1", "colorStatusDangerForeground3", "#ff9ba3"],
  statusQuiet: ["colorNeutralForeground3", "colorNeutralForeground3", "#ffffff"],
  statusNotice: ["colorBrandForeground2", "colorBrandForeground2", "colorCompoundBrandForeground1"],
};

/** Fluent System Icons, 20 px regular: the id in the sprite -> the file's name. */
const ICONS = {
  home: "home",
  agreement: "document_text",
  matrix: "table",
  meetings: "calendar_ltr",
  sip: "people_team",
  deviation: "warning",
  enquiry: "chat_bubbles_question",
  steering: "gavel",
  outbox: "send",
  operations: "pulse",
  settings: "settings",
  people: "people",
  person: "person",
  organisation: "building",
  report: "document_arrow_down",
  handbook: "book_open",
  menu: "navigation",
  "sign-out": "sign_out",
  language: "local_language",
  theme: "dark_theme",
  accessibility: "accessibility",
  info: "info",
  warning: "warning",
  error: "error_circle",
  success: "checkmark_circle",
  print: "print",
  download: "arrow_download",
  close: "dismiss",
  add: "add",
  edit: "edit",
  clock: "clock",
  place: "location",
  "calendar-add": "calendar_add",
  search: "search",
  filter: "filter",
  link: "link",
  mail: "mail",
  inbox: "mail_inbox",
  history: "history",
  tasks: "clipboard_task",
  open: "open",
  "chevron-right": "chevron_right",
  "chevron-left": "chevron_left",
  "chevron-down": "chevron_down",
};

/** Our own shapes, 16 px: one silhouette a status, and the mark. */
const line = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
const SHAPES = {
  "status-met": ["0 0 16 16", `<path ${line} d="M2.6 8.8 6.2 12.4 13.4 4"/>`],
  "status-partly": [
    "0 0 16 16",
    '<circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" stroke-width="1.6"/>' +
      '<path fill="currentColor" d="M8 2.4a5.6 5.6 0 0 0 0 11.2z"/>',
  ],
  "status-not_met": ["0 0 16 16", `<path ${line} d="m3.6 3.6 8.8 8.8m0-8.8-8.8 8.8"/>`],
  "status-unreported": [
    "0 0 16 16",
    `<path ${line} d="M5 5.3C5 3.4 6.3 2.4 8 2.4s3 1.1 3 2.7c0 2.1-3 2.4-3 4.6"/>` +
      '<circle cx="8" cy="13.2" r="1.3" fill="currentColor"/>',
  ],
  "status-not_assessable": ["0 0 16 16", `<path ${line} d="M3.5 8h9"/>`],
  "status-deviation": [
    "0 0 16 16",
    '<path fill="currentColor" fill-rule="evenodd" d="M8 .6 15.4 8 8 15.4.6 8zM7 4.2v4.9h2V4.2zm0 6v2h2v-2z"/>',
  ],
  "status-observation": ["0 0 16 16", '<circle cx="8" cy="8" r="3.6" fill="currentColor"/>'],
  "status-pending": [
    "0 0 16 16",
    '<circle cx="8" cy="8" r="5.4" fill="none" stroke="currentColor" stroke-width="1.5"/>',
  ],
  mark: [
    "0 0 32 32",
    '<g fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round">' +
      '<circle cx="16" cy="4.7" r="2.9"/><path d="M3.5 29 16 11.6 28.5 29"/><path d="m12 24.2 3.1 3.1 5-5.9"/></g>',
  ],
};

const args = process.argv.slice(2);
const check = args.includes("--check");
const folder = resolve(args.find((arg) => !arg.startsWith("--")) ?? ".");
const fromFolder = createRequire(join(folder, "package.json"));
const { teamsLightTheme, teamsDarkTheme, teamsHighContrastTheme } = fromFolder("@fluentui/tokens");
const iconFolder = join(dirname(fromFolder.resolve("@fluentui/svg-icons/package.json")), "icons");

/** Names used as var(--name) in the style sheets, in alphabetical order. */
function usedNames() {
  const names = new Set();
  for (const file of readdirSync(STATIC)) {
    if (!file.endsWith(".css") || file === "tokens.css") continue;
    const css = readFileSync(join(STATIC, file), "utf8");
    for (const found of css.matchAll(/var\(--([A-Za-z0-9]+)\b/g)) names.add(found[1]);
  }
  return [...names].sort();
}

/** Text sizes in rem, so that a reader's own text size counts; the rest as Fluent has it. */
function value(name, raw) {
  const scaled = /^(fontSize|lineHeight)/.test(name) && /^[\d.]+px$/.test(raw);
  return scaled ? `${Number.parseFloat(raw) / 16}rem` : raw;
}

function look(theme, index) {
  return (name) => {
    if (!(name in OWN)) return theme[name];
    const wanted = OWN[name][index];
    return wanted in theme ? theme[wanted] : wanted;
  };
}

function tokensCss() {
  const light = look(teamsLightTheme, 0);
  const dark = look(teamsDarkTheme, 1);
  const contrast = look(teamsHighContrastTheme, 2);
  const known = usedNames().filter((name) => light(name) !== undefined);
  const themed = known.filter((name) => light(name) !== dark(name) || light(name) !== contrast(name));
  const block = (names, of) => names.map((name) => `--${name}:${value(name, of(name))};`).join("\n");
  const darkBlock = `color-scheme:dark;\n${block(themed, dark)}`;
  const contrastBlock = `color-scheme:dark;\n${block(themed, contrast)}`;
  return [
    "/* Written by tools/fluent_tokens.mjs from @fluentui/tokens (MIT); change that, not this. */",
    `:root{color-scheme:light;\n${block(known, light)}\n}`,
    `@media screen and (prefers-color-scheme:dark){:root:not([data-theme]){${darkBlock}\n}}`,
    "@media screen and (prefers-contrast:more),screen and (forced-colors:active)" +
      `{:root:not([data-theme]){${contrastBlock}\n}}`,
    "@media (forced-colors:active){:root:root{color-scheme:light dark}}",
    `@media screen{:root[data-theme="dark"]{${darkBlock}\n}}`,
    `@media screen{:root[data-theme="contrast"]{${contrastBlock}\n}}`,
    "",
  ].join("\n");
}

function iconsSvg() {
  const own = Object.entries(SHAPES).map(
    ([id, [box, body]]) => `<symbol id="${id}" viewBox="${box}">${body}</symbol>`,
  );
  const fluent = Object.entries(ICONS).map(([id, file]) => {
    const svg = readFileSync(join(iconFolder, `${file}_20_regular.svg`), "utf8");
    const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
    return `<symbol id="${id}" viewBox="0 0 20 20"><g fill="currentColor">${body}</g></symbol>`;
  });
  const note = "<!-- Written by tools/fluent_tokens.mjs; Fluent System Icons are MIT, see vendor/LICENSES.txt -->";
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${note}\n${[...own, ...fluent].join("\n")}\n</svg>\n`;
}

let stale = 0;
for (const [file, text] of [["tokens.css", tokensCss()], ["icons.svg", iconsSvg()]]) {
  const path = join(STATIC, file);
  if (!check) {
    writeFileSync(path, text);
    console.log(`${file}: ${Buffer.byteLength(text)} bytes`);
  } else if (readFileSync(path, "utf8") !== text) {
    stale += 1;
    console.error(`${file} is stale; run this script without --check`);
  }
}
process.exitCode = stale ? 1 : 0;
