"""service.py PORT - a Python service whose dict of users only grows, to compare with."""

import random
import sys

import uvicorn
from faker import Faker
from fastapi import FastAPI
from fastapi.responses import JSONResponse

app = FastAPI()
faker = Faker()
cache = {}


def make_user(user_id):
    faker.seed_instance(user_id)
    return {
        "user_id": user_id,
        "name": faker.name(),
        "email": faker.email(),
        "address": faker.address(),
        "desc": faker.text(),
    }


def respond(user_id):
    state = "hit" if user_id in cache else "miss"
    if state == "miss":
        cache[user_id] = make_user(user_id)
    return JSONResponse(cache[user_id], headers={"X-Cache": state})


@app.get("/users/random")
async def random_user():
    return respond(f"{random.getrandbits(64):016x}")


@app.get("/users/{user_id}")
async def user(user_id: str):
    return respond(user_id)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
