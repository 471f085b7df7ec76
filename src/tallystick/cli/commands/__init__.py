"""One file per command. They load what they need when they run, so that `tally --help` is quick."""

from collections.abc import Callable

import typer

from tallystick.cli.commands import (
    audit,
    availability,
    check,
    company,
    connect,
    connection,
    couple,
    demo,
    doctor,
    experience,
    exporting,
    fields,
    full_sync,
    history,
    importing,
    invoice_pdf,
    issues,
    mapping,
    migrate,
    pay,
    post,
    preview,
    runs,
    sandbox,
    secrets,
    serve,
    setup,
    sign_in,
    solution,
    statistics,
    status,
    sync,
    uncouple,
    undo,
    user,
    web_service,
    worker,
)

START, DATA, SYNCHRONIZATION, SETUP = "Start", "Financials", "Synchronization", "Set up"


def register(app: typer.Typer) -> None:
    """Give the app its commands, grouped as `tally --help` shows them."""
    panels: dict[str, dict[str, Callable[..., None]]] = {
        START: {"demo": demo.demo, "serve": serve.serve, "worker": worker.worker},
        SYNCHRONIZATION: {
            "status": status.status,
            "full-sync": full_sync.full_sync,
            "sync": sync.sync,
            "preview": preview.preview,
            "couple": couple.couple,
            "uncouple": uncouple.uncouple,
            "issues": issues.issues,
            "history": history.history,
            "undo": undo.undo,
            "mapping": mapping.mapping,
        },
        DATA: {
            "fields": fields.fields,
            "import": importing.import_,
            "export": exporting.export,
            "availability": availability.availability,
            "statistics": statistics.statistics,
            "invoice-pdf": invoice_pdf.invoice_pdf,
            "pay": pay.pay,
        },
        SETUP: {
            "audit": audit.audit,
            "connect": connect.connect,
            "connection": connection.connection,
            "doctor": doctor.doctor,
            "experience": experience.experience,
            "migrate": migrate.migrate,
            "setup": setup.setup,
        },
    }
    for panel, commands in panels.items():
        for name, command in commands.items():
            app.command(name, rich_help_panel=panel)(command)
    app.command(
        "sandbox",
        rich_help_panel=START,
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )(sandbox.sandbox)
    app.add_typer(post.app, name="post", rich_help_panel=DATA)
    app.add_typer(check.app, name="check", rich_help_panel=DATA)
    app.add_typer(runs.app, name="runs", rich_help_panel=SYNCHRONIZATION)
    app.add_typer(company.app, name="company", rich_help_panel=SETUP)
    app.add_typer(secrets.app, name="secrets", rich_help_panel=SETUP)
    app.add_typer(sign_in.app, name="sign-in", rich_help_panel=SETUP)
    app.add_typer(solution.app, name="solution", rich_help_panel=SETUP)
    app.add_typer(user.app, name="user", rich_help_panel=SETUP)
    app.add_typer(web_service.app, name="web-service", rich_help_panel=SETUP)
