// Opens a tracking report from the disk in Chromium and looks at it as a reader would.
//
//   node report.mjs REPORT.html SCREENSHOTS
//
// Every check prints a line; the status is 1 if one fails.
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [file, shots] = process.argv.slice(2);
const address = pathToFileURL(resolve(file)).href;
const model = JSON.parse(readFileSync(resolve(file).replace(/\.html$/, '.json'), 'utf8'));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
mkdirSync(shots, { recursive: true });

let failed = 0;
const check = (holds, what, seen = '') => {
  failed += holds ? 0 : 1;
  console.log(`${holds ? 'ok    ' : 'FAILED'} ${what}${holds || seen === '' ? '' : `: ${JSON.stringify(seen)}`}`);
};

// One browser with a profile of its own; every visit has a fresh context, which shares nothing with the others.
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });

/** Opens the page, runs `look`, and checks that nothing was asked of a network or complained about. */
async function visit(name, options, look, hash = '') {
  const start = Date.now();
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const [complaints, requests] = [[], []];
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) complaints.push(message.text()); });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => { if (!/^(file|data):/.test(request.url())) requests.push(request.url()); });
  await page.goto(address + hash);
  await look(page);
  check(complaints.length === 0, `${name}: no complaint in the console`, complaints);
  check(requests.length === 0, `${name}: no request leaves the disk`, requests);
  await context.close();
  console.log(`       ${name} took ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

const shot = (page, name, options = {}) => page.screenshot({ path: join(shots, `${name}.png`), ...options });
const shotAt = async (page, name, selector) => {
  await page.evaluate((s) => document.querySelector(s).scrollIntoView({ block: 'start' }), selector);
  await page.waitForTimeout(150);
  await shot(page, name);
};
/** Whether nothing lies beyond the right edge; what does, if something. */
const overflow = (page) => page.evaluate(() => ({ page: document.documentElement.scrollWidth, window: innerWidth }));
const violations = async (page, rules) => {
  await page.evaluate(axe);
  const found = await page.evaluate((only) => window.axe.run(
    { exclude: [['.picture'], ['details:not([open]) > :not(summary)']] },
    { runOnly: only, resultTypes: ['violations'], elementRef: false },
  ), rules);
  return found.violations.filter((rule) => ['serious', 'critical'].includes(rule.impact))
    .map((rule) => ({ rule: rule.id, n: rule.nodes.length, first: rule.nodes[0].html.slice(0, 160), why: rule.nodes[0].failureSummary }));
};

const claims = model.papers.flatMap((paper) => paper.claim_sets.flatMap((set) => set.claims.map((claim) => ({ paper: paper.id, set, ...claim }))));
const figures = model.papers.flatMap((paper) => paper.figures.map((figure) => ({ paper: paper.id, ...figure })));
const encoded = (id) => encodeURIComponent(id).replace(/%2F/g, '/');
const linkTo = (claim) => `#${encoded(`${claim.paper}/claim/${claim.id}`)}`;
const longest = claims.length ? claims.reduce((a, b) => (b.set.claims.length > a.set.claims.length ? b : a)) : null;

await visit('light', {}, async (page) => {
  const totals = await page.$$eval('#totals [data-count]', (cells) => Object.fromEntries(cells.map((cell) => [cell.dataset.count, +cell.textContent])));
  check(totals.registered === model.registered && Object.entries(model.counts).every(([name, n]) => totals[name] === n), 'the counts are those of report.json', totals);
  check((await page.textContent('#verdict')) === model.verdict, 'the verdict is that of report.json');
  const listed = await page.evaluate(() => document.querySelectorAll('.rows tbody tr').length);
  check(listed <= claims.length, 'long claim sets are cut', [listed, claims.length]);
  await shot(page, 'light-top');
  for (const section of ['missing', 'figures', 'claims', 'provenance', 'scope']) await shotAt(page, `light-${section}`, `#${section}`);

  // What is drawn is visible, each figure once it is scrolled to.
  const small = await page.evaluate(async () => {
    const small = [];
    for (const figure of document.querySelectorAll('.figure')) {
      figure.scrollIntoView();
      const box = figure.querySelector('.ours svg').getBoundingClientRect();
      if (box.width < 50 || box.height < 30) small.push([figure.id, box.width, box.height]);
    }
    return small;
  });
  check((await page.$$('.figure')).length === figures.length, 'every registered figure is there');
  check(small.length === 0, 'every figure has a size', small);

  // Views.
  const seen = await page.$('.figure .views');
  if (seen) {
    const figure = page.locator('.figure:has(.views)').first();
    await figure.scrollIntoViewIfNeeded();
    for (const view of ['ours', 'published', 'side', 'swipe', 'blend', 'difference']) {
      await figure.locator(`button[data-view=${view}]`).click();
      const pressed = await figure.locator('button[aria-pressed=true]').getAttribute('data-view');
      const visible = await figure.evaluate((element) => Object.fromEntries(['ours', 'axes', 'published'].map((name) => {
        const sheet = element.querySelector(`.${name}`);
        return [name, getComputedStyle(sheet).display !== 'none' && sheet.querySelector('svg').getBoundingClientRect().width > 50];
      })));
      const wanted = { ours: view !== 'published', axes: !['ours', 'difference'].includes(view), published: view !== 'ours' };
      check(pressed === view && JSON.stringify(visible) === JSON.stringify(wanted), `view ${view}`, visible);
      await page.waitForTimeout(100);
      await figure.evaluate((element) => element.scrollIntoView());
      await shot(page, `view-${view}`);
    }
    await figure.locator('button[data-view=ours]').click();
  }

  // Sorting.
  await page.evaluate(() => { document.querySelectorAll('details.group').forEach((group) => { group.open = true; }); });
  const column = (selector, index) => page.$$eval(`${selector} tbody tr`, (rows, i) => rows.map((row) => row.cells[i].textContent.trim()), index);
  const heads = await page.$$eval('#sums thead th', (cells) => cells.map((cell) => cell.textContent.trim()));
  const index = heads.indexOf('Claims');
  for (const [direction, sign] of [['ascending', 1], ['descending', -1]]) {
    await page.locator('#sums thead th').nth(index).locator('button').click();
    const values = (await column('#sums', index)).map(Number);
    check((await page.locator('#sums thead th').nth(index).getAttribute('aria-sort')) === direction, `aria-sort becomes ${direction}`);
    check(values.every((value, i) => i === 0 || sign * (value - values[i - 1]) >= 0), `the sums are sorted ${direction}`, values);
  }
  check((await page.$$('#sums thead [aria-sort]')).length === 1, 'one column is sorted');

  // Search, with its state in the address.
  if (claims.length) {
    const outcome = claims[0].outcome;
    await page.selectOption('select[name=outcome]', outcome);
    const n = claims.filter((claim) => claim.outcome === outcome).length;
    check((await page.textContent('#found-count')).startsWith(`${n} of ${claims.length} claims`), 'the filter finds what report.json has', await page.textContent('#found-count'));
    await page.fill('input[name=q]', longest.id);
    check(page.url().includes('outcome='), 'the address holds the search', page.url());
    await shot(page, 'light-found');
    await page.click('button[type=reset]');
    await page.waitForTimeout(50);
    check(await page.isHidden('#found'), 'clearing hides what was found');
  }
  // A set that is opened has all its rows, sorted as asked.
  if (longest) {
    const set = page.locator(`details.set[data-set="${longest.set.id}"]`);
    await set.locator('summary').first().click();
    check((await set.locator('tbody tr').count()) === Math.min(200, longest.set.claims.length), 'an opened set shows a page of rows');
    await set.locator('thead button').nth(1).click();
    const values = (await set.locator('tbody tr td:nth-child(2)').allTextContents()).map(Number).filter((value) => !Number.isNaN(value));
    check(values.every((value, i) => i === 0 || value >= values[i - 1]), 'its published values are sorted');
    await shotAt(page, 'light-set', 'details.set[open]');
  }
  await page.evaluate(() => document.querySelectorAll('details.flow').forEach((flow) => { flow.open = true; }));
  if (await page.$('details.flow')) await shotAt(page, 'light-graph', 'details.flow');
  await page.evaluate(() => { document.querySelectorAll('details[id$="/artifacts"]').forEach((list) => { list.open = true; }); });
  await shotAt(page, 'light-artifacts', 'details[id$="/artifacts"][open]');
});

if (longest) {
  // A fresh page with an address typed in: the last claim of the longest set is in data only.
  const last = longest.set.claims.at(-1);
  const claim = { paper: longest.paper, ...last };
  await visit('deep link', {}, async (page) => {
    const id = `${claim.paper}/claim/${claim.id}`;
    await page.waitForTimeout(300);
    const box = await page.evaluate((wanted) => {
      const row = document.getElementById(wanted);
      return row && { top: row.getBoundingClientRect().top, target: row.classList.contains('target'), open: row.closest('details').open };
    }, id);
    check(box && box.open && box.target && box.top > -5 && box.top < 900, 'a typed link opens and shows its claim', box);
    await shot(page, 'light-deep-link');
    const figure = figures.find((item) => item.state === 'drawn') || figures[0];
    if (figure) {
      await page.evaluate((hash) => { location.hash = hash; }, encoded(`${figure.paper}/figure/${figure.id}`));
      await page.waitForTimeout(300);
      const top = await page.evaluate((wanted) => document.getElementById(wanted).getBoundingClientRect().top, `${figure.paper}/figure/${figure.id}`);
      check(top > -50 && top < 900, 'a link to a figure shows it', top);
    }
  }, linkTo(claim));
  await visit('filter link', {}, async (page) => {
    const n = claims.filter((item) => item.outcome === claim.outcome && item.paper === claim.paper).length;
    check((await page.textContent('#found-count')).startsWith(`${n} of `), 'a typed search is done', await page.textContent('#found-count'));
  }, `#?outcome=${claim.outcome}&paper=${claim.paper}`);
}

for (const scheme of ['light', 'dark']) {
  await visit(`${scheme}, axe`, { colorScheme: scheme }, async (page) => {
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details.legend, details.flow')) details.open = true;
      for (const name of ['details.group', 'details.set']) {
        const first = document.querySelector(name);
        if (first) first.open = true;
      }
      // Drawings are white cards of their own and take most of the time; what is skipped while it is out of sight has an
      // estimated place, and colours are looked up by place.
      for (const figure of document.querySelectorAll('.figure')) figure.style.contentVisibility = 'visible';
      for (const picture of document.querySelectorAll('.picture')) picture.style.display = 'none';
    });
    // Only colours change with the scheme.
    const rules = scheme === 'dark' ? ['color-contrast'] : ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];
    const found = await violations(page, rules);
    check(found.length === 0, `axe finds nothing serious (${scheme})`, found);
    if (scheme === 'dark') {
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      check(ground === 'rgb(13, 17, 23)', 'a dark system gets a dark page', ground);
      await page.evaluate(() => {
        document.querySelectorAll('details').forEach((details) => { details.open = false; });
        document.querySelectorAll('.picture').forEach((picture) => { picture.style.display = ''; });
        scrollTo(0, 0);
      });
      await shot(page, 'dark-top');
      for (const section of ['missing', 'figures', 'claims']) await shotAt(page, `dark-${section}`, `#${section}`);
      await page.evaluate(() => scrollTo(0, 0));
      await page.click('#theme');
      check((await page.evaluate(() => getComputedStyle(document.body).backgroundColor)) === 'rgb(255, 255, 255)', 'the button makes it light');
    }
  });
}

await visit('keyboard', {}, async (page) => {
  await page.keyboard.press('Tab');
  const first = await page.evaluate(() => ({ text: document.activeElement.textContent, top: document.activeElement.getBoundingClientRect().top }));
  check(first.text.startsWith('Skip') && first.top >= 0, 'the first stop of the keyboard is the skip link', first);
  await page.keyboard.press('Tab');
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  check(outline === 'solid', 'the focus is visible', outline);
});

await visit('phone', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }, async (page) => {
  await shot(page, 'phone-top');
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
  const width = await overflow(page);
  check(width.page <= 390, 'no horizontal overflow on a phone', width);
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = false; }));
  for (const section of ['missing', 'figures', 'claims']) await shotAt(page, `phone-${section}`, `#${section}`);
});

await visit('no script', { javaScriptEnabled: false }, async (page) => {
  for (const section of ['matrix', 'missing', 'figures', 'claims', 'provenance', 'scope']) {
    check(await page.isVisible(`#${section} h2`), `without a script: ${section} is visible`);
  }
  check(!(await page.isVisible('#find')), 'without a script no search is offered');
  if (figures.length) check(await page.isVisible('.figure .ours svg'), 'without a script figures are visible');
  const overlay = page.locator('details.overlay').first();
  if (await overlay.count()) {
    await overlay.locator('summary').click();
    check(await overlay.locator('.published svg').isVisible(), 'without a script the published values can be seen');
    await overlay.scrollIntoViewIfNeeded();
    await shot(page, 'no-script-overlay');
  }
  if (claims.length > 100) check((await page.textContent('#claims .cut')).includes('report.json'), 'without a script the page says where the rest is');
});

await visit('print', {}, async (page) => {
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  const hidden = await page.evaluate(() => [...document.querySelectorAll('main section:not(.script) h2, main table:not(#found-claims), .figure')]
    .filter((element) => element.getClientRects().length === 0).map((element) => element.id || element.textContent.slice(0, 40)));
  check(hidden.length === 0, 'print shows every section, table and figure', hidden);
  check((await page.evaluate(() => getComputedStyle(document.body).backgroundColor)) === 'rgb(255, 255, 255)', 'print has a white ground');
  await shot(page, 'print-top');
  const pdf = await page.pdf({ path: join(shots, 'print.pdf'), format: 'A4', printBackground: true });
  check(pdf.length > 20000, 'it prints', pdf.length);
});

await browser.close();
console.log(failed ? `${failed} checks failed` : 'all checks hold');
process.exit(failed ? 1 : 0);
