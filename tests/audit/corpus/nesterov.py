"""Gradient descent with Nesterov's momentum."""


def nesterov(w, g, v, lr, beta):
    v = beta * v + g
    return w - lr * v, v


def nesterov_old(w, g, v, lr, beta):
    step = g + beta * v
    v = beta * v + g
    return w - lr * step, v


def nesterov_without_g(w, g, v, lr, beta):
    v = beta * v + g
    return w - lr * beta * v, v


def nesterov_damped(w, g, v, lr, beta):
    v = beta * v + (1 - beta) * g
    return w - lr * (g + beta * v), v


def nesterov_twice(w, g, v, lr, beta):
    v = beta * v + g
    v = beta * v + g
    return w - lr * v, v


def nesterov_momentum(w, g, v, lr, beta):
    v_new = beta * v + g
    return w - lr * (g + beta * v_new), v_new


def nesterov_lists(w, g, v, lr, beta):
    v = [beta * a + b for a, b in zip(v, g)]
    return [x - lr * (b + beta * a) for x, a, b in zip(w, v, g)], v
