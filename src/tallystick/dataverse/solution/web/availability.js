// Shows on a product or a document line what Financials has in stock.
//
// The form passes its row as ?typename=…&id=… . Where Financials is, and with which key to ask, stands in the row of the
// table Finance Connection; who may not read that table may not see the stock. Everything is shown as text, never as markup.
"use strict";

(() => {
  const SECONDS = 15;
  const LINES = {
    opportunityproduct: "opportunityproducts",
    quotedetail: "quotedetails",
    salesorderdetail: "salesorderdetails",
    invoicedetail: "invoicedetails",
  };
  const PRODUCT = "productnumber,_tstick_companyid_value";
  const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

  /** What is told instead of the stock: one of the states of the page, and a sentence. */
  class Instead extends Error {
    constructor(state, sentence) {
      super(sentence);
      this.state = state;
    }
  }

  const part = (id) => document.getElementById(id);

  /** The root of this environment's Web API: the page lies below /WebResources/, behind an organization's name on premises. */
  function apiRoot() {
    const before = location.pathname.split(/\/webresources\//i)[0].replace(/\/(%7b|\{)[^/]*$/i, "");
    return `${location.origin}${before}/api/data/v9.2/`;
  }

  /** The row that the form shows. */
  function shownRow() {
    const passed = new URLSearchParams(location.search);
    const table = (passed.get("typename") ?? passed.get("etn") ?? "").toLowerCase();
    const id = (passed.get("id") ?? "").replace(/[{}]/g, "").toLowerCase();
    if (table !== "product" && !Object.hasOwn(LINES, table)) {
      throw new Instead("not-set-up", "This form is not one of a product or of a document line, or does not pass its row.");
    }
    if (!GUID.test(id)) {
      throw new Instead("not-set-up", "Save the record first.");
    }
    return { table, id };
  }

  async function answer(address, options, who) {
    try {
      return await fetch(address, {
        ...options,
        cache: "no-store",
        redirect: "error",
        signal: AbortSignal.timeout(SECONDS * 1000),
      });
    } catch {
      throw new Instead("failed", `${who} cannot be reached at the moment.`);
    }
  }

  /** Ask this environment, as the person who is signed in. */
  async function here(path, forbidden) {
    const headers = { Accept: "application/json", "OData-MaxVersion": "4.0", "OData-Version": "4.0" };
    const reply = await answer(apiRoot() + path, { headers, credentials: "same-origin" }, "Dynamics 365");
    if (reply.status === 401 || reply.status === 403) {
      throw new Instead("no-access", forbidden);
    }
    if (!reply.ok) {
      throw new Instead("failed", `Dynamics 365 does not tell the product (status ${reply.status}).`);
    }
    return reply.json();
  }

  async function product(row) {
    const forbidden = "You may not read this product.";
    if (row.table === "product") {
      return here(`products(${row.id})?$select=${PRODUCT}`, forbidden);
    }
    const line = await here(`${LINES[row.table]}(${row.id})?$expand=productid($select=${PRODUCT})`, forbidden);
    if (!line.productid) {
      throw new Instead("not-set-up", "The line names no product of the catalogue.");
    }
    return line.productid;
  }

  async function connection(company) {
    const select = "tstick_odataaddress,tstick_odatausername,tstick_odataaccesskey";
    const own = GUID.test(company ?? "") ? ` and _tstick_companyid_value eq ${company}` : "";
    const filter = encodeURIComponent(`statecode eq 0 and tstick_itemavailability eq true${own}`);
    const found = await here(
      `tstick_connections?$select=${select}&$filter=${filter}&$top=2`,
      "You may not see item availability. Ask your administrator for the role Tallystick Product Availability User.",
    );
    const [row, another] = found.value;
    if (!row || another || !row.tstick_odataaddress || !row.tstick_odatausername || !row.tstick_odataaccesskey) {
      throw new Instead("not-set-up", "Item availability is not set up for this product's company.");
    }
    return row;
  }

  /** The service's address, which has to be encrypted because the key travels to it; this machine alone may do without. */
  function serviceRoot(text) {
    const address = URL.canParse(text) ? new URL(text) : null;
    const local = address && ["127.0.0.1", "localhost"].includes(address.hostname);
    if (!address || !(address.protocol === "https:" || (local && address.protocol === "http:"))) {
      throw new Instead("not-set-up", "The address of Financials is not one that begins with https://.");
    }
    return `${address.origin}${address.pathname.replace(/\/+$/, "")}/`;
  }

  function basic(user, key) {
    const bytes = new TextEncoder().encode(`${user}:${key}`);
    return `Basic ${btoa(String.fromCharCode(...bytes))}`;
  }

  async function stock(settings, number) {
    const literal = `'${number.replaceAll("'", "''")}'`;
    const select = "UnitOfMeasureCode,QtyOnHand,Description,Blocked";
    const asked = `ProductItemAvailability?$filter=${encodeURIComponent(`ItemNo eq ${literal}`)}&$select=${select}`;
    const headers = {
      Accept: "application/json",
      Authorization: basic(settings.tstick_odatausername, settings.tstick_odataaccesskey),
    };
    const options = { headers, credentials: "omit", referrerPolicy: "no-referrer" };
    const reply = await answer(serviceRoot(settings.tstick_odataaddress) + asked, options, "Financials");
    if (reply.status === 401 || reply.status === 403) {
      throw new Instead("no-access", "Financials does not accept the web service key that is set up here.");
    }
    if (reply.status === 404) {
      throw new Instead("not-set-up", "Financials does not publish ProductItemAvailability.");
    }
    if (!reply.ok) {
      throw new Instead("failed", `Financials does not answer at the moment (status ${reply.status}).`);
    }
    const units = (await reply.json()).value;
    if (!units.length) {
      throw new Instead("failed", `Financials has no stock item ${number}.`);
    }
    return units;
  }

  function cell(name, text, number) {
    const made = document.createElement(name);
    made.textContent = text;
    if (name === "th") {
      made.scope = "row";
    }
    if (number) {
      made.className = "number";
    }
    return made;
  }

  function show(number, units) {
    const amount = new Intl.NumberFormat(undefined, { maximumFractionDigits: 5 });
    part("item").textContent = `${number} ${units[0].Description ?? ""}`.trim();
    part("units").replaceChildren(
      ...units.map((unit) => {
        const row = document.createElement("tr");
        row.append(cell("th", unit.UnitOfMeasureCode), cell("td", amount.format(Number(unit.QtyOnHand)), true));
        return row;
      }),
    );
    settle("shown", units[0].Blocked ? "The item is blocked in Financials." : "In stock in Financials now.");
  }

  function settle(state, sentence) {
    part("availability").dataset.state = state;
    part("availability").setAttribute("aria-busy", String(state === "loading"));
    part("message").textContent = sentence;
    part("stock").hidden = state !== "shown";
    part("again").hidden = state === "loading";
  }

  async function ask() {
    settle("loading", "Asking Financials…");
    try {
      const found = await product(shownRow());
      const number = found.productnumber ?? "";
      const settings = await connection(found._tstick_companyid_value);
      show(number, await stock(settings, number));
    } catch (problem) {
      const told = problem instanceof Instead;
      settle(told ? problem.state : "failed", told ? problem.message : "The answer cannot be read.");
    }
  }

  part("again").addEventListener("click", ask);
  ask();
})();
