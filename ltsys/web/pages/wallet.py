"""One forward test: its results by day, and who mirrors it."""

from fastapi import APIRouter, Response

from ltsys.ports.dashboard import DashboardReads
from ltsys.web.pages.board_lines import forward_line
from ltsys.web.pages.charts import Chart, Series
from ltsys.web.pages.frame import PageError, Visiting, page
from ltsys.web.pages.page_route import PageRoute
from ltsys.web.pages.strategies import cumulative, today
from ltsys.web.pages.strategy import ft_wallet_rules

router = APIRouter(route_class=PageRoute)


@router.get("/wallets/{wallet_id}")
def wallet(wallet_id: str, seen: Visiting) -> Response:
    def read(books: DashboardReads) -> dict[str, object]:
        board = books.board(today(seen), wallet_id)
        row = next((each for each in board.forward if each.wallet_id == wallet_id), None)
        if row is None:
            raise PageError(404, f"There is no FT wallet {wallet_id[:80]}.")
        timeline = books.timeline([wallet_id])
        series = [Series(label=wallet_id, values=cumulative(timeline.rows))]
        return {
            "row": row,
            "line": forward_line(row),
            "ft_rules": ft_wallet_rules(seen, wallet_id),
            "chart": Chart(
                title="Cumulative P&L, dollars",
                steps=[each.at for each in timeline.rows],
                step=timeline.step,
                series=series,
            ),
            "mirrors": [r.strategy for r in board.live if r.strategy.ft_wallet_id == wallet_id],
        }

    return page(seen, "wallet.html", read, title=wallet_id, here="/strategies")
