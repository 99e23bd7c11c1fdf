// Adds to a page that can be read without it: search, sorting, views of figures, deep links into long claim sets.
(() => {
  'use strict';
  const PAGE = 200;
  const root = document.documentElement;
  const one = (selector, base = document) => base.querySelector(selector);
  const all = (selector, base = document) => [...base.querySelectorAll(selector)];
  const make = (name, text, className) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  };
  const button = (text, act, className) => {
    const element = make('button', text, className);
    element.type = 'button';
    element.addEventListener('click', act);
    return element;
  };
  const say = (text) => { one('#said').textContent = text; };
  const encode = (text) => encodeURIComponent(text).replace(/%2F/g, '/');
  const number = (text) => (/^\s*[-+]?[\d.]/.test(text) ? parseFloat(text) : NaN);
  const compare = (a, b) => {
    const [x, y] = [number(a), number(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y) && x !== y) return x - y;
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    return a < b ? -1 : a > b ? 1 : 0;
  };
  root.classList.add('js');
  all('.script').forEach((element) => { if (element.id !== 'found') element.hidden = false; });

  // Colours: of the system, or chosen.
  const themes = ['system', 'light', 'dark'];
  const store = { get() { try { return localStorage.getItem('theme'); } catch { return null; } },
    set(value) { try { localStorage.setItem('theme', value); } catch { /* a page from a disk may have no store */ } } };
  const setTheme = (theme) => {
    root.dataset.theme = theme;
    one('#theme').textContent = `Colours: ${theme}`;
  };
  setTheme(themes.includes(store.get()) ? store.get() : 'system');
  one('#theme').addEventListener('click', () => {
    const next = themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length];
    store.set(next);
    setTheme(next);
  });

  // Claims: rows in the page and rows in data, read when a set is opened or searched.
  const KEYS = ['key', 'value', 'ours', 'difference', 'rule', 'outcome', 'evidence', 'lineage', 'detail'];
  const rowOf = (claim, name) => {
    const row = make('tr');
    row.id = `${claim.paper}/claim/${claim.id}`;
    const head = make('th', name);
    head.scope = 'row';
    row.append(head);
    for (const key of ['value', 'ours', 'difference']) row.append(make('td', claim[key], 'number'));
    row.append(make('td', claim.rule), make('td', claim.outcome, claim.outcome), make('td', claim.evidence));
    const last = make('td');
    last.append(make('span', claim.lineage));
    if (claim.detail) last.append(make('p', claim.detail));
    row.append(last);
    return row;
  };
  class ClaimSet {
    constructor(element) {
      this.element = element;
      this.paper = element.dataset.paper;
      this.id = element.dataset.set;
      this.body = one('.rows tbody', element);
      this.start = 0;
    }

    /** All claims of the set, in its order. */
    get claims() {
      if (this.loaded) return this.loaded;
      const claims = all('tr', this.body || make('tbody')).map((row) => {
        const [key, value, ours, difference, rule, outcome, evidence, last] = [...row.cells].map((cell) => cell.textContent);
        const [lineage, detail] = [one('span', row.cells[7]), one('p', row.cells[7])].map((part) => (part ? part.textContent : ''));
        return { i: +row.dataset.i, key, value, ours, difference, rule, outcome, evidence, lineage, detail, last };
      });
      const data = one('script', this.element);
      if (data) {
        const { t, r } = JSON.parse(data.textContent);
        for (const [i, key, value, ours, difference, ...texts] of r) {
          const [rule, outcome, evidence, lineage, detail] = texts.map((text) => t[text]);
          claims.push({ i, key, value, ours, difference, rule, outcome, evidence, lineage, detail });
        }
        claims.sort((a, b) => a.i - b.i);
      }
      for (const claim of claims) Object.assign(claim, { paper: this.paper, id: `${this.id}/${claim.key}`, set: this });
      this.loaded = claims;
      return claims;
    }

    /** Takes over the table: all rows, in pages. */
    take() {
      if (this.order || !this.body) return;
      this.order = [...this.claims];
      const cut = one('.cut', this.element);
      if (cut) cut.remove();
      this.pager = make('p', undefined, 'pager');
      this.before = button('Previous rows', () => this.show(this.start - PAGE));
      this.after = button('Next rows', () => this.show(this.start + PAGE));
      this.where = make('span');
      this.pager.append(this.before, ' ', this.where, ' ', this.after);
      one('.scroll', this.element).after(this.pager);
      sortable(one('table', this.element), (column, direction) => {
        const key = column < 7 ? KEYS[column] : 'lineage';
        this.order.sort((a, b) => direction * compare(a[key], b[key]) || a.i - b.i);
        this.show(0);
      });
      this.show(0);
    }

    show(start) {
      this.start = Math.max(0, Math.min(start, this.order.length - 1));
      const end = Math.min(this.start + PAGE, this.order.length);
      const rows = this.order.slice(this.start, end).map((claim) => {
        const row = rowOf(claim, claim.key);
        row.dataset.i = claim.i;
        row.cells[0].append(copier(row.id));
        return row;
      });
      this.body.replaceChildren(...rows);
      this.pager.hidden = this.order.length <= PAGE;
      this.where.textContent = `rows ${this.start + 1} to ${end} of ${this.order.length}`;
      this.before.disabled = this.start === 0;
      this.after.disabled = end === this.order.length;
    }

    /** Shows the row of a claim and returns it. */
    reveal(id) {
      this.element.open = true;
      this.take();
      const place = (this.order || []).findIndex((claim) => claim.id === id);
      if (place < 0) return null;
      if (place < this.start || place >= this.start + PAGE) this.show(place - place % PAGE);
      return document.getElementById(`${this.paper}/claim/${id}`);
    }
  }
  const sets = all('details.set').map((element) => new ClaimSet(element));
  const setOf = new Map(sets.map((set) => [set.element, set]));
  document.addEventListener('toggle', (event) => {
    const set = setOf.get(event.target);
    if (set && event.target.open && !printing) set.take();
  }, true);

  // Tables are sorted by buttons in their heads.
  function sortable(table, sort) {
    all('thead th', table).forEach((head, column) => {
      const act = () => {
        const direction = head.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
        all('thead th', table).forEach((other) => other.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', direction === 1 ? 'ascending' : 'descending');
        sort(column, direction);
      };
      const control = button('', act, 'sort');
      control.append(...head.childNodes);
      head.append(control);
    });
  }
  all('table.sortable').forEach((table) => {
    const body = one('tbody', table);
    const rows = [...body.rows];
    sortable(table, (column, direction) => {
      const keys = new Map(rows.map((row, index) => [row, [row.cells[column].textContent.trim(), index]]));
      const order = [...rows].sort((a, b) => {
        const [[x, i], [y, j]] = [keys.get(a), keys.get(b)];
        return direction * compare(x, y) || i - j;
      });
      body.append(...order);
    });
  });

  // Links to items.
  function copier(id) {
    const copy = button('\u00b6', () => {
      const state = one('#find') ? parameters().toString() : '';
      history.replaceState(null, '', `#${encode(id)}${state ? `?${state}` : ''}`);
      const done = () => say(`Link to ${id} copied`);
      const inBar = () => say(`The address bar holds the link to ${id}`);
      if (navigator.clipboard) navigator.clipboard.writeText(location.href).then(done, inBar);
      else inBar();
    }, 'copy');
    copy.title = 'Copy a link to this';
    copy.setAttribute('aria-label', `Copy a link to ${id}`);
    return copy;
  }
  all('.figure > h4, .table > h3').forEach((head) => head.append(' ', copier(head.parentElement.id)));
  all('details.set > p.soft').forEach((line) => line.append(' ', copier(line.parentElement.id)));

  // Search: claims first, then figures, tables, files, datasets, notes and what is missing.
  const form = one('#find');
  const fields = ['q', 'outcome', 'tier', 'paper'];
  const items = all('[data-find]').map((element) => ({ element, paper: element.dataset.find }));
  let claims = null;
  const parameters = () => new URLSearchParams(fields.filter((name) => form.elements[name].value)
    .map((name) => [name, form.elements[name].value]));
  const textOf = (item) => {
    if (item.text === undefined) {
      const { element } = item;
      const label = one('h4, h3, summary, th, p', element);
      item.text = `${element.id} ${(label || element).textContent}`.toLowerCase();
    }
    return item.text;
  };
  function find() {
    const [q, outcome, tier, paper] = fields.map((name) => form.elements[name].value);
    const found = one('#found');
    found.hidden = !(q || outcome || tier || paper);
    if (found.hidden) return;
    if (!claims) {
      claims = sets.flatMap((set) => set.claims);
      for (const claim of claims) {
        claim.text = [claim.paper, claim.id, claim.value, claim.ours, claim.rule, claim.lineage, claim.detail].join(' ').toLowerCase();
      }
    }
    const words = q.toLowerCase().split(/\s+/).filter(Boolean);
    const has = (text) => words.every((word) => text.includes(word));
    const hits = claims.filter((claim) => (!outcome || claim.outcome === outcome) && (!tier || claim.evidence === tier)
      && (!paper || claim.paper === paper) && has(claim.text));
    const things = words.length && !outcome && !tier
      ? items.filter((item) => (!paper || item.paper === paper) && has(textOf(item))) : [];
    const shown = hits.slice(0, 100);
    const cut = hits.length > shown.length ? `; the first ${shown.length} are listed` : '';
    const text = `${hits.length} of ${claims.length} claims${cut}${things.length ? `, and ${things.length} other items` : ''}`;
    one('#found-count').textContent = text;
    say(text);
    one('#found-items').replaceChildren(...things.slice(0, 20).map((item) => {
      const line = make('li');
      const link = make('a', item.element.id);
      link.href = `#${encode(item.element.id)}`;
      line.append(link);
      return line;
    }));
    one('#found-claims tbody').replaceChildren(...shown.map((claim) => {
      const row = rowOf(claim, '');
      row.removeAttribute('id');
      const link = make('a', `${claim.paper}/${claim.id}`);
      link.href = `#${encode(`${claim.paper}/claim/${claim.id}`)}`;
      row.cells[0].append(link);
      return row;
    }));
    one('#found .scroll').hidden = !shown.length;
  }
  const remember = () => {
    const state = parameters().toString();
    history.replaceState(null, '', state ? `#?${state}` : location.pathname + location.search);
  };
  form.addEventListener('input', () => { find(); remember(); });
  form.addEventListener('reset', () => setTimeout(() => { find(); remember(); }, 0));
  form.addEventListener('submit', (event) => event.preventDefault());

  // The address: an item, then the state of the search after a question mark.
  const open = (element) => {
    for (let up = element; up; up = up.parentElement) if (up.tagName === 'DETAILS') up.open = true;
  };
  const decoded = (text) => { try { return decodeURIComponent(text); } catch { return text; } };
  const target = (id) => {
    const claim = sets.filter((set) => id.startsWith(`${set.paper}/claim/${set.id}/`))
      .sort((a, b) => b.id.length - a.id.length)
      .map((set) => set.reveal(id.slice(set.paper.length + 7))).find(Boolean);
    return claim || document.getElementById(id);
  };
  function go() {
    const hash = location.hash.slice(1);
    let [id, state] = [hash, null];
    const mark = hash.indexOf('?');
    if (mark >= 0 && !target(decoded(hash))) [id, state] = [hash.slice(0, mark), hash.slice(mark + 1)];
    if (state !== null) {
      const wanted = new URLSearchParams(state);
      fields.forEach((name) => { form.elements[name].value = wanted.get(name) || ''; });
      find();
    }
    const element = id && target(decoded(id));
    all('.target').forEach((other) => other.classList.remove('target'));
    if (!element) return;
    open(element);
    element.classList.add('target');
    if (!element.hasAttribute('tabindex')) element.tabIndex = -1;
    element.focus({ preventScroll: true });
    // What was laid out by estimate gets its size when it comes into view.
    element.scrollIntoView({ block: 'start' });
    requestAnimationFrame(() => requestAnimationFrame(() => element.scrollIntoView({ block: 'start' })));
  }
  addEventListener('hashchange', go);
  // A second click on the same link changes no address.
  document.addEventListener('click', (event) => {
    const link = event.target.closest && event.target.closest('a[href^="#"]');
    if (link && link.getAttribute('href') === location.hash) go();
  });

  // Views of a figure and of the published values over it.
  const VIEWS = [['ours', 'Ours'], ['published', 'Published'], ['side', 'Side by side'], ['swipe', 'Swipe'], ['blend', 'Blend'], ['difference', 'Difference']];
  all('.figure').forEach((figure) => {
    const overlay = one('.overlay', figure);
    if (!overlay) return;
    const stage = one('.stage', figure);
    const axes = make('div', undefined, 'sheet axes');
    axes.append(one('.under svg', overlay));
    stage.append(axes, one('.published', overlay));
    overlay.remove();
    const bar = make('div', undefined, 'views');
    bar.setAttribute('role', 'group');
    bar.setAttribute('aria-label', `Views of ${figure.id}`);
    const label = make('label', 'Ours and published ', 'slide');
    const slide = make('input');
    Object.assign(slide, { type: 'range', min: 0, max: 100, value: 50 });
    slide.addEventListener('input', () => stage.style.setProperty('--at', slide.value / 100));
    label.append(slide);
    const buttons = VIEWS.map(([view, text]) => {
      const control = button(text, () => choose(view));
      control.dataset.view = view;
      return control;
    });
    const choose = (view) => {
      stage.dataset.view = view;
      label.hidden = view !== 'swipe' && view !== 'blend';
      buttons.forEach((control) => control.setAttribute('aria-pressed', String(control.dataset.view === view)));
    };
    bar.append(...buttons, label);
    one('.picture', figure).before(bar);
    choose('ours');
  });

  // On paper everything is open; long sets keep the rows they show.
  let printing = false;
  let closed = [];
  addEventListener('beforeprint', () => {
    printing = true;
    closed = all('details:not([open])');
    closed.forEach((details) => { details.open = true; });
  });
  addEventListener('afterprint', () => {
    closed.forEach((details) => { details.open = false; });
    setTimeout(() => { printing = false; }, 0);
  });

  go();
})();
