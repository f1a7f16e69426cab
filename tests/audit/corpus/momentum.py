"""Gradient descent with momentum."""


def momentum(w, g, v, lr, beta):
    v = beta * v + (1 - beta) * g
    return w - lr * v, v


def momentum_inplace(w, g, v, lr, beta):
    v *= beta
    v += g
    return w - lr * v, v


def momentum_old_velocity(w, g, v, lr, beta):
    new_w = w - lr * v
    return new_w, beta * v + g


def momentum_skip(w, g, v, lr, beta):
    if beta == 0:
        return w - lr * g, v
    v = beta * v + g
    return w - lr * v, v


def momentum_lecture_sign(w, g, v, lr, beta):
    v = beta * v + lr * g
    return w - v, v


def heavy_ball(w, g, v, lr, beta):
    v = beta * v + g
    return w - lr * v, v


def heavy_ball_lecture(w, g, v, lr, beta):
    velocity = beta * v - lr * g
    return w + velocity, velocity


class Momentum:
    """Velocity is handed in and out, nothing is kept."""

    def __init__(self, learning_rate, momentum=0.9):
        self.learning_rate, self.momentum = learning_rate, momentum

    def update(self, param, grad, velocity):
        velocity = self.momentum * velocity + grad
        return param - self.learning_rate * velocity, velocity
