"""Who comes in by a link, and does going out close the door?"""

from collections.abc import Callable

from tests.browsers import Browser, House


def test_looking_at_a_link_does_not_use_it_up(house: House) -> None:
    link = house.make_link()
    preview, person = house.browser(), house.browser()
    preview.opens(link)
    preview.opens(link)

    person.opens(link)
    person.posts()

    assert person.opens("/admin/support-requests").status_code == 200


def test_a_link_works_once(house: House) -> None:
    link = house.make_link()
    first, second = house.browser(), house.browser()
    first.opens(link)
    second.opens(link)
    first.posts()

    assert second.posts(link).status_code == 410
    assert second.opens("/admin/support-requests").status_code == 403
    assert "used before" in second.opens(link).text


def test_a_link_grows_old(house: House) -> None:
    link = house.make_link()
    house.office.clock.forward(hours=13)
    late = house.browser()

    assert late.opens(link).status_code == 410
    late.opens("/support/assistant")
    assert late.posts(link).status_code == 410


def test_a_link_that_was_guessed_opens_nothing(house: House) -> None:
    thief = house.browser()

    assert thief.opens("/signin/" + "a" * 43).status_code == 410


def test_guessing_is_slowed_down(house: House) -> None:
    thief = house.browser()

    codes = [thief.opens(f"/signin/{place:043}").status_code for place in range(30)]

    assert codes[0] == 410
    assert codes[-1] == 429


def test_a_link_is_not_used_up_by_another_sites_form(house: House) -> None:
    link = house.make_link()
    victim = house.browser()
    victim.opens(link)

    assert victim.posts(headers={"origin": "https://evil.example"}).status_code == 403
    victim.opens(link)
    assert victim.posts().status_code == 200


def test_signing_out_closes_every_copy_of_the_cookie(staff: Browser, house: House) -> None:
    stolen = staff.client.cookies["deskbell-staff"]
    staff.opens("/admin/support-requests")
    staff.posts("/signout")
    thief = house.browser(cookie=f"deskbell-staff={stolen}")

    assert staff.opens("/admin/support-requests").status_code == 403
    assert thief.opens("/admin/support-requests").status_code == 403


def test_a_sign_in_ends_after_two_weeks(staff: Browser, house: House) -> None:
    house.office.clock.forward(days=13)
    assert staff.opens("/admin/support-requests").status_code == 200

    house.office.clock.forward(days=2)

    assert staff.opens("/admin/support-requests").status_code == 403


def test_who_left_the_staff_is_out_at_once(staff: Browser, house: House) -> None:
    house.add_person("per_admin", "customer")

    assert staff.opens("/admin/support-requests").status_code == 403


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House) -> None:
    browser = house.browser()
    browser.opens(house.make_link())
    answer = browser.client.post(browser.path, data={"token": browser.token}, follow_redirects=False)

    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie


def test_over_https_cookies_are_bound_to_it(make_house: Callable[..., House]) -> None:
    house = make_house(base_url="https://help.example")
    answer = house.browser(host="https://help.example").opens("/support/assistant")

    assert answer.headers["set-cookie"].startswith("__Host-deskbell-visitor=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]
