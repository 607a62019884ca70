"""The figures as a Markdown table."""
import statistics

HEAD = ["work", "peer", "ours: min / median / max", "theirs: min / median / max", "ratio", "goal", "GFLOP/s",
        "of SGEMM"]


def number(value):
    """Three digits that count."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def span(values, unit):
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{number(low)} / **{number(middle)}** / {number(high)} {unit}"


def paired(ours, theirs):
    """The median over the rounds of one figure by another: what disturbs a round disturbs both."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def lines(row):
    """One line a peer."""
    speeds = [row["gigaflop"] / time * 1000 for time in row["ours"]] if row["gigaflop"] else None
    for peer, values in row["theirs"].items():
        ratio = paired(row["ours"], values)
        goal = row["goals"].get(peer)
        goals = [f"≤ {goal}"] if goal else []
        missed = goal is not None and round(ratio, 2) > goal
        if row["limit"]:
            goals.append(f"≤ {row['limit']} {row['unit']}")
            missed = missed or statistics.median(row["ours"]) > row["limit"]
        yield [
            row["name"] + (", peak memory" if row["unit"] == "MiB" else ""), peer, span(row["ours"], row["unit"]),
            span(values, row["unit"]), f"{ratio:.2f}", ", ".join(goals) + (" missed" if missed else ""),
            f"{statistics.median(speeds):.0f}" if speeds else "",
            f"{100 * paired(speeds, row['sgemm']):.0f} %" if speeds else ""]


def markdown(document):
    versions = ", ".join(f"{name} {version}" for name, version in document["versions"].items())
    text = [f"{document['processor']}, {document['threads']} threads, {document['date']}; {versions}."]
    sgemm = [speed for row in document["rows"] for speed in row["sgemm"]]
    if sgemm:
        text.append(f"SGEMM of 2048³ by OpenBLAS: {min(sgemm):.0f} / {statistics.median(sgemm):.0f} / "
                    f"{max(sgemm):.0f} GFLOP/s.")
    table = [HEAD, ["---"] * len(HEAD)]
    for row in document["rows"]:
        table += lines(row)
    text += ["", *("| " + " | ".join(line) + " |" for line in table)]
    return "\n".join(text)
