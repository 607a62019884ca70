/// The mean over H and W: x `[N, H, W, C]` → `[N, 1, 1, C]`.
struct GlobalAveragePool {}
