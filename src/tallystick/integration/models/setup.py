"""How far an assisted setup guide has got in a company."""

from django.db import models


class GuideStatus(models.TextChoices):
    """How a guide stands."""

    NOT_STARTED = "not started", "Not started"
    IN_PROGRESS = "in progress", "In progress"
    COMPLETED = "completed", "Completed"
    NEEDS_ATTENTION = "needs attention", "Needs attention"


class SetupGuide(models.Model):
    """What a company has done of one guide, so that whoever goes on finds it where it was left, after a crash too.

    `done` names the steps that were done, `choices` what was chosen in each, by step. What somebody enters to prove who
    they are is never among it: the connection keeps its own secret sealed, and an administrator's account is kept nowhere.
    `problem` is why the step `problem_step` could not be done when it was tried last."""

    company = models.ForeignKey("financials.Company", on_delete=models.CASCADE, related_name="setup_guides")
    guide = models.CharField(max_length=60)
    done = models.JSONField(default=list)
    choices = models.JSONField(default=dict)
    problem_step = models.CharField(max_length=40, blank=True, default="")
    problem = models.TextField(blank=True, default="")
    started_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.CharField(max_length=150, blank=True, default="")
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "guide"], name="integration_one_row_per_guide")]

    def __str__(self) -> str:
        return f"{self.guide} of {self.company_id}"
